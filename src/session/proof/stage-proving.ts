import type { Baseline } from '../../trial/health/baseline.ts'
import type { StepListener } from '../../trial/transaction/steps.ts'
import { asFound } from '../stage/same-offer.ts'
import { changeOf, type StageWork } from '../stage/stage-work.ts'
import type { WalkContext } from '../walk/context.ts'
import type { Proof } from '../walk/rows.ts'
import { applyVerdicts } from './apply-verdicts.ts'
import { Bell } from './bell.ts'
import { type Asked, type Asker, CloneWorkers } from './clone-workers.ts'
import { allAnswered, nextJob, proofJobs, setProof } from './proof-plan.ts'
import { setVerdict } from './proven.ts'
import { openRehearsal, type Rehearsal } from './rehearsal.ts'
import { changeKey, NO_PROOFS, type ProofJob, type Proofs, type Verdict, withAnswer } from './verdicts.ts'

const silent: StepListener = () => undefined

/**
 * The proofs of one stage: clones try rows, tighter values and the ticked set while the person reads, and their
 * verdicts change the stage.
 */
export class StageProving {
  #context: WalkContext
  #changed: () => void
  #work: StageWork
  #proofs: Proofs = NO_PROOFS
  #running: ProofJob[] = []
  #again: Asked[] = []
  /** Only the ticked set is tried, and nothing changes it: the screen shows it to be applied. */
  #frozen = false
  #watching: StepListener = silent
  readonly #bell = new Bell()
  readonly #workers: CloneWorkers

  /**
   * `changed` is called after each step of a proof, and after each change of the stage. `given` is a clone in the state
   * of the host that the stage is for.
   */
  constructor(
    context: WalkContext,
    baseline: Baseline,
    work: StageWork,
    changed: () => void,
    given?: Rehearsal,
  ) {
    this.#context = context
    this.#work = work
    this.#changed = changed
    const { rehearsing } = context
    const isUnseen = !context.isSeen
    const unprovable = rehearsing?.possible === false ? { unprovable: rehearsing.why } : {}
    this.#proofs = { ...NO_PROOFS, known: context.learning.refused, isUnseen, ...unprovable }
    const boot = () => openRehearsal(this.#context, this.#work.facts, baseline)
    this.#workers = new CloneWorkers(this.#asker(), this.#bell, boot, given)
  }

  /**
   * Starts, or continues after pause(). A job with an answer is not repeated. `isAhead`: the walk is at another stage
   * yet, which keeps its priority.
   */
  begin({ isAhead = false } = {}): void {
    if (this.#workers.stopped && this.wanted) this.#workers.start({ isAhead })
    this.#workers.open()
    this.#frozen = false
    this.#advance()
  }

  /**
   * The walk has come to the stage that was proven ahead: its host is now as the clones were, and `work` is the stage as
   * it was found there, with the rows that were proven.
   */
  arrive(context: WalkContext, work: StageWork, begun: StageWork, changed: () => void): void {
    this.#context = context
    this.#changed = changed
    this.#work = asFound(this.#work, begun, work)
    this.#workers.arrive()
  }

  /** Gives away the clone in which the ticked set stands; undefined if there is none that is not being asked. */
  handOver(): Rehearsal | undefined {
    return this.#workers.handOver(changeKey(changeOf(this.#work)))
  }

  get work(): StageWork {
    return this.#work
  }

  /** What is not in a clone as on the live host, in sentences. */
  get differs(): readonly string[] {
    return this.#workers.differs
  }

  get proofs(): Proofs {
    return this.#proofs
  }

  get wanted(): boolean {
    return this.#context.rehearsing !== undefined
  }

  get proving(): boolean {
    return this.#mayAsk && !allAnswered(this.#work, this.#proofs)
  }

  get #mayAsk(): boolean {
    const { stopped, failure } = this.#workers
    return this.wanted && !stopped && this.#proofs.unprovable === undefined && failure === undefined
  }

  get set(): Proof {
    return this.wanted ? setProof(this.#work, this.#proofs) : { state: 'none' }
  }

  /** Aborts when a proof ended in a bug: no later verdict can be trusted. */
  get broken(): AbortSignal {
    return this.#workers.broken
  }

  /** The person changed the stage. */
  change(how: (work: StageWork) => StageWork): void {
    this.#work = how(this.#work)
    this.#advance()
  }

  /** Freezes the stage until begin(), so that the shown stage is the applied one. */
  freeze(): void {
    this.#frozen = true
    this.#advance()
  }

  /**
   * The verdict of the clones on the ticked set, when it is there; undefined if none can tell. Reports the steps
   * meanwhile.
   */
  async setVerdict(tell: StepListener): Promise<Verdict | undefined> {
    this.#watching = tell
    try {
      for (;;) {
        this.#context.signal.throwIfAborted()
        const { failure, stopped } = this.#workers
        if (failure !== undefined) throw failure
        const verdict = setVerdict(this.#work, this.#proofs)
        if (verdict !== undefined || !this.wanted || this.#proofs.unprovable !== undefined) return verdict
        if (stopped) return undefined
        await this.#bell.next(this.#context.signal)
      }
    } finally {
      this.#watching = silent
    }
  }

  /** Ends what is under way and removes the clones. */
  async pause(): Promise<void> {
    await this.#workers.stop()
    this.#running = []
    this.#proofs = { ...this.#proofs, running: new Set() }
  }

  #advance(): void {
    if (!this.#frozen) this.#work = applyVerdicts(this.#work, this.#proofs)
    this.#workers.fill()
    this.#bell.ring()
    this.#changed()
  }

  #asker(): Asker {
    const proving = this
    return {
      get context() {
        return proving.#context
      },
      get mayAsk() {
        return proving.#mayAsk
      },
      get openJobs() {
        return proofJobs(proving.#work, proving.#proofs).length
      },
      get underWay() {
        return proving.#running.length
      },
      get isAwaited() {
        return proving.#frozen
      },
      take: () => this.#take(),
      ask: (rehearsal, job) => {
        const tell: StepListener = (event) => {
          if (job.of === 'set') this.#watching(event)
        }
        return rehearsal.ask(this.#work.stage, job, tell)
      },
      hear: (job, verdict) => this.#hear(job, verdict),
      repeat: (job) => this.#again.push(job),
      giveUp: (why) => {
        this.#proofs = { ...this.#proofs, unprovable: why }
      },
      changed: () => this.#advance(),
    }
  }

  #take(): Asked | undefined {
    if (this.#running.length >= this.#workers.allowed) return undefined
    const again = this.#again.findLast(({ of }) => !this.#frozen || of === 'set')
    this.#again = this.#again.filter((one) => one !== again)
    const next = again ?? nextJob(this.#work, this.#proofs, this.#running, this.#frozen)
    if (next === undefined) return undefined
    this.#running = [...this.#running, next]
    this.#proofs = { ...this.#proofs, running: new Set([...this.#proofs.running, next.key]) }
    this.#changed()
    return next
  }

  #hear(job: ProofJob, verdict: Verdict | undefined): void {
    this.#running = this.#running.filter(({ key }) => key !== job.key)
    const running = new Set(this.#running.map(({ key }) => key))
    const proofs = verdict === undefined ? this.#proofs : withAnswer(this.#proofs, job, verdict)
    this.#proofs = { ...proofs, running }
    this.#advance()
  }
}
