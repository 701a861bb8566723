import { setTimeout as pause } from 'node:timers/promises'
import { reasonOf } from '../../host/errors.ts'
import type { Baseline } from '../../trial/health/baseline.ts'
import type { StepListener } from '../../trial/transaction/steps.ts'
import { asFound } from '../stage/same-offer.ts'
import { changeOf, type StageWork } from '../stage/stage-work.ts'
import type { WalkContext } from '../walk/context.ts'
import type { Proof } from '../walk/state.ts'
import { applyVerdicts } from './apply-verdicts.ts'
import { CloneScheduler, lowerOwnPriority } from './clone-scheduler.ts'
import { allAnswered, nextJob, proofJobs, setProof } from './proof-plan.ts'
import { setVerdict } from './proven.ts'
import { openRehearsal, type Rehearsal } from './rehearsal.ts'
import { changeKey, NO_PROOFS, type ProofJob, type Proofs, type Verdict, withAnswer } from './verdicts.ts'

const MAX_LOST = 1

const silent: StepListener = () => undefined

/** A worker's clone. */
interface Place {
  rehearsal: Rehearsal | undefined
  isAsked: boolean
}

/** A job that spoiled its clone is repeated in a fresh one. */
interface Asked extends ProofJob {
  again?: true
}

/**
 * The proofs of one stage: clones try rows, tighter values and the ticked set while the person reads, and their
 * verdicts change the stage. Clones boot as jobs need them, and end with stop().
 */
export class StageProving {
  #context: WalkContext
  readonly #baseline: Baseline
  #changed: () => void
  #work: StageWork
  #proofs: Proofs = NO_PROOFS
  #running: ProofJob[] = []
  #again: Asked[] = []
  /** Only the ticked set is tried, and nothing changes it: the screen shows it to be applied. */
  #frozen = false
  #stopped = true
  #watching: StepListener = silent
  readonly #workers = new Set<Promise<void>>()
  readonly #places = new Set<Place>()
  /** A clone that is there already, for the first worker. */
  #given: Rehearsal | undefined
  #idle = new Set<() => void>()
  #failure: unknown
  readonly #broken = new AbortController()
  /** Clones in sequence that could not be prepared. */
  #lost = 0
  #comeBack: () => void = () => undefined
  #differs: readonly string[] = []
  /** Fewer if a clone could not boot beside the others. */
  #mostClones = Number.POSITIVE_INFINITY
  readonly #pace: CloneScheduler

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
    this.#given = given
    this.#context = context
    this.#baseline = baseline
    this.#work = work
    this.#changed = changed
    this.#pace = new CloneScheduler(context.live, () => this.#advance())
    const { rehearsing } = context
    const isUnseen = !context.isSeen
    const unprovable = rehearsing?.possible === false ? { unprovable: rehearsing.why } : {}
    this.#proofs = { ...NO_PROOFS, known: context.learning.refused, isUnseen, ...unprovable }
  }

  /**
   * Starts, or continues after pause(). A job with an answer is not repeated. `isAhead`: the walk is at another stage
   * yet, which keeps its priority.
   */
  begin({ isAhead = false } = {}): void {
    if (this.#stopped && this.wanted) {
      if (!isAhead) this.#comeBack = lowerOwnPriority()
      this.#pace.start()
    }
    this.#stopped = false
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
    if (!this.#stopped) this.#comeBack = lowerOwnPriority()
  }

  /** Gives away the clone in which the ticked set stands; undefined if there is none that is not being asked. */
  handOver(): Rehearsal | undefined {
    const key = changeKey(changeOf(this.#work))
    for (const place of this.#places) {
      const { rehearsal, isAsked } = place
      if (isAsked || rehearsal?.standing?.key !== key) continue
      place.rehearsal = undefined
      return rehearsal
    }
    return undefined
  }

  get work(): StageWork {
    return this.#work
  }

  /** What is not in a clone as on the live host, in sentences. */
  get differs(): readonly string[] {
    return this.#differs
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
    const { unprovable } = this.#proofs
    return this.wanted && !this.#stopped && unprovable === undefined && this.#failure === undefined
  }

  get set(): Proof {
    return this.wanted ? setProof(this.#work, this.#proofs) : { state: 'none' }
  }

  /** Aborts when a proof ended in a bug: no later verdict can be trusted. */
  get broken(): AbortSignal {
    return this.#broken.signal
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
        if (this.#failure !== undefined) throw this.#failure
        const verdict = setVerdict(this.#work, this.#proofs)
        if (verdict !== undefined || !this.wanted || this.#proofs.unprovable !== undefined) return verdict
        if (this.#stopped) return undefined
        await this.#next()
      }
    } finally {
      this.#watching = silent
    }
  }

  /** Ends what is under way and removes the clones. */
  async pause(): Promise<void> {
    this.#stopped = true
    this.#wake()
    await Promise.all(this.#workers)
    await this.#given?.dispose()
    this.#given = undefined
    this.#pace.stop()
    this.#comeBack()
    this.#running = []
    this.#proofs = { ...this.#proofs, running: new Set() }
  }

  #wake(): void {
    const waiting = [...this.#idle]
    this.#idle.clear()
    for (const go of waiting) go()
  }

  #next(): Promise<void> {
    return new Promise((resolve) => {
      const { signal } = this.#context
      const go = () => {
        signal.removeEventListener('abort', go)
        resolve()
      }
      signal.addEventListener('abort', go)
      this.#idle.add(go)
    })
  }

  #advance(): void {
    if (!this.#frozen) this.#work = applyVerdicts(this.#work, this.#proofs)
    this.#startWorkers()
    this.#wake()
    this.#changed()
  }

  #nextJob(): Asked | undefined {
    if (this.#running.length >= this.#pace.allowed) return undefined
    const again = this.#again.findLast(({ of }) => !this.#frozen || of === 'set')
    this.#again = this.#again.filter((one) => one !== again)
    const next = again ?? nextJob(this.#work, this.#proofs, this.#running, this.#frozen)
    if (next === undefined) return undefined
    this.#running = [...this.#running, next]
    this.#proofs = { ...this.#proofs, running: new Set([...this.#proofs.running, next.key]) }
    this.#changed()
    return next
  }

  #answer(job: ProofJob, verdict: Verdict | undefined): void {
    this.#running = this.#running.filter(({ key }) => key !== job.key)
    const running = new Set(this.#running.map(({ key }) => key))
    const proofs = verdict === undefined ? this.#proofs : withAnswer(this.#proofs, job, verdict)
    this.#proofs = { ...proofs, running }
    this.#advance()
  }

  /** As many clones as there is to ask, within what the machine has to spare. */
  #startWorkers(): void {
    if (!this.#mayAsk) return
    const open = proofJobs(this.#work, this.#proofs).length
    while (this.#workers.size < Math.min(this.#pace.allowed, this.#mostClones, open)) {
      const worker = this.#run().catch((error) => {
        this.#failure ??= error
        this.#broken.abort(error)
      })
      this.#workers.add(worker)
      void worker.finally(() => {
        this.#workers.delete(worker)
        // If only one clone is allowed, its job waits for the next one, which nobody else would boot.
        if (this.#stopped) this.#wake()
        else this.#advance()
      })
    }
  }

  async #run(): Promise<void> {
    const place: Place = { rehearsal: this.#given, isAsked: false }
    this.#given = undefined
    this.#places.add(place)
    try {
      while (!this.#stopped && !this.#context.signal.aborted) {
        const job = this.#nextJob()
        if (job === undefined) {
          await this.#next()
          continue
        }
        // A control tells something only of a clone in which nothing was tried.
        place.isAsked = true
        if (job.of === 'control' || place.rehearsal?.isFit === false) {
          await place.rehearsal?.dispose()
          place.rehearsal = undefined
        }
        const opened = place.rehearsal ?? (await this.#open())
        if ('why' in opened) return this.#requeue(job, opened.why)
        place.rehearsal = opened
        this.#lost = 0
        this.#differs = opened.notes
        await this.#ask(opened, job, place)
        if (opened.isFit) await this.#rest()
      }
    } finally {
      this.#places.delete(place)
      await place.rehearsal?.dispose()
    }
  }

  #open(): ReturnType<typeof openRehearsal> {
    const open = () => openRehearsal(this.#context, this.#work.facts, this.#baseline)
    return this.#context.timings.beside('boots', open)
  }

  /** On a busy host, pauses between two jobs; the job that Enter waits for does not pause. */
  async #rest(): Promise<void> {
    const until = performance.now() + this.#pace.restMs
    while (performance.now() < until && !this.#frozen && !this.#stopped) {
      await pause(100)
    }
  }

  /** Without a clone the job is for another one; where there is no other, nothing can be proven. */
  #requeue(job: ProofJob, why: string): void {
    this.#mostClones = Math.max(1, this.#workers.size - 1)
    this.#lost += 1
    // Once may be chance: somebody stopped it, or memory was short for a moment.
    if (this.#running.length === 1 && this.#lost > MAX_LOST)
      this.#proofs = { ...this.#proofs, unprovable: why }
    this.#answer(job, undefined)
  }

  async #ask(rehearsal: Rehearsal, job: Asked, place: Place): Promise<void> {
    const tell: StepListener = (event) => {
      if (job.of === 'set') this.#watching(event)
    }
    try {
      const ask = () => rehearsal.ask(this.#work.stage, job, tell)
      const { verdict, isUnsure } = await this.#context.timings.beside('questions', ask)
      place.isAsked = false
      const unsure = isUnsure && job.again === undefined
      if (unsure) this.#again.push({ ...job, again: true })
      this.#answer(job, unsure ? undefined : verdict)
    } catch (error) {
      this.#context.signal.throwIfAborted()
      const why = reasonOf(error)
      place.isAsked = false
      if (job.again === undefined) this.#again.push({ ...job, again: true })
      this.#answer(job, job.again === undefined ? undefined : { holds: undefined, why })
    }
  }
}
