import { setTimeout as pause } from 'node:timers/promises'
import { reasonOf } from '../../host/errors.ts'
import type { WalkContext } from '../walk/context.ts'
import type { Bell } from './bell.ts'
import { CloneScheduler, lowerOwnPriority } from './clone-scheduler.ts'
import type { openRehearsal, Rehearsal } from './rehearsal.ts'
import type { ProofJob, Verdict } from './verdicts.ts'

const MAX_LOST = 1

/** A job that spoiled its clone is repeated in a fresh one. */
export interface Asked extends ProofJob {
  again?: true
}

/** Has the jobs, and hears the answers. */
export interface Asker {
  /** The walk as it is now. */
  readonly context: WalkContext
  /** Clones may be asked, and jobs are open. */
  readonly mayAsk: boolean
  /** Jobs without an answer, those under way among them. */
  readonly openJobs: number
  /** Jobs under way. */
  readonly underWay: number
  /** The person waits for the answer. */
  readonly isAwaited: boolean
  /** The job that is now under way; undefined if there is none to begin. */
  take(): Asked | undefined
  ask(rehearsal: Rehearsal, job: Asked): ReturnType<Rehearsal['ask']>
  /** Without a verdict the job is open again. */
  hear(job: ProofJob, verdict: Verdict | undefined): void
  /** The job is taken once more, in a fresh clone. */
  repeat(job: Asked): void
  /** No clone can be had: why. */
  giveUp(why: string): void
  /** More clones may work, or one of them has ended. */
  changed(): void
}

/** A worker's clone. */
interface Place {
  rehearsal: Rehearsal | undefined
  isAsked: boolean
}

/** Clones that are asked side by side. They boot as jobs need them, and end with stop(). */
export class CloneWorkers {
  readonly #asker: Asker
  readonly #bell: Bell
  readonly #boot: () => ReturnType<typeof openRehearsal>
  readonly #pace: CloneScheduler
  readonly #working = new Set<Promise<void>>()
  readonly #places = new Set<Place>()
  readonly #broken = new AbortController()
  /** A clone that is there already, for the first worker. */
  #given: Rehearsal | undefined
  #stopped = true
  #failure: unknown
  /** Clones in sequence that could not be prepared. */
  #lost = 0
  /** Fewer if a clone could not boot beside the others. */
  #most = Number.POSITIVE_INFINITY
  #comeBack: () => void = () => undefined
  #differs: readonly string[] = []

  constructor(
    asker: Asker,
    bell: Bell,
    boot: () => ReturnType<typeof openRehearsal>,
    given: Rehearsal | undefined,
  ) {
    this.#asker = asker
    this.#bell = bell
    this.#boot = boot
    this.#given = given
    this.#pace = new CloneScheduler(asker.context.live, () => asker.changed())
  }

  /** `isAhead`: the walk is at another stage yet, which keeps its priority. */
  start({ isAhead }: { isAhead: boolean }): void {
    if (!isAhead) this.#comeBack = lowerOwnPriority()
    this.#pace.start()
  }

  /** What was asked ahead of the walk is what the walk is at now. */
  arrive(): void {
    if (!this.#stopped) this.#comeBack = lowerOwnPriority()
  }

  /** Jobs may be taken; start() is for the first time and after stop(). */
  open(): void {
    this.#stopped = false
  }

  get stopped(): boolean {
    return this.#stopped
  }

  /** How many jobs may be under way at once. */
  get allowed(): number {
    return this.#pace.allowed
  }

  /** What is not in a clone as on the live host, in sentences. */
  get differs(): readonly string[] {
    return this.#differs
  }

  /** A bug that ended a worker. */
  get failure(): unknown {
    return this.#failure
  }

  /** Aborts with such a bug. */
  get broken(): AbortSignal {
    return this.#broken.signal
  }

  /** Gives away the clone in which the change of that key stands; undefined if there is none that is not being asked. */
  handOver(key: string): Rehearsal | undefined {
    for (const place of this.#places) {
      const { rehearsal, isAsked } = place
      if (isAsked || rehearsal?.standing?.key !== key) continue
      place.rehearsal = undefined
      return rehearsal
    }
    return undefined
  }

  /** Who stops the walk undoes what it has begun first; stop() comes after that. */
  get #isOver(): boolean {
    return this.#stopped || this.#asker.context.signal.aborted
  }

  /** As many clones as there is to ask, within what the machine has to spare. */
  fill(): void {
    if (this.#isOver || !this.#asker.mayAsk) return
    const open = this.#asker.openJobs
    while (this.#working.size < Math.min(this.#pace.allowed, this.#most, open)) {
      const worker = this.#work().catch((error) => {
        this.#failure ??= error
        this.#broken.abort(error)
      })
      this.#working.add(worker)
      void worker.finally(() => {
        this.#working.delete(worker)
        // If only one clone is allowed, its job waits for the next one, which nobody else would boot.
        if (this.#isOver) this.#bell.ring()
        else this.#asker.changed()
      })
    }
  }

  /** Ends what is under way and removes the clones. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#bell.ring()
    await Promise.all(this.#working)
    await this.#given?.dispose()
    this.#given = undefined
    this.#pace.stop()
    this.#comeBack()
  }

  async #work(): Promise<void> {
    const place: Place = { rehearsal: this.#given, isAsked: false }
    this.#given = undefined
    this.#places.add(place)
    try {
      while (!this.#isOver) {
        const job = this.#asker.take()
        if (job === undefined) {
          await this.#bell.next(this.#asker.context.signal)
          continue
        }
        place.isAsked = true
        await this.#discardUnfit(place, job)
        const opened = place.rehearsal ?? (await this.#asker.context.timings.beside('boots', this.#boot))
        if ('why' in opened) return this.#withoutClone(job, opened.why)
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

  /** A control tells something only of a clone in which nothing was tried. */
  async #discardUnfit(place: Place, job: Asked): Promise<void> {
    if (job.of !== 'control' && place.rehearsal?.isFit !== false) return
    await place.rehearsal?.dispose()
    place.rehearsal = undefined
  }

  /** On a busy host, pauses between two jobs; the job that a person waits for does not pause. */
  async #rest(): Promise<void> {
    const until = performance.now() + this.#pace.restMs
    while (performance.now() < until && !this.#asker.isAwaited && !this.#isOver) {
      await pause(100)
    }
  }

  /** The job is for another clone; where there is no other, nothing can be proven. */
  #withoutClone(job: ProofJob, why: string): void {
    this.#most = Math.max(1, this.#working.size - 1)
    this.#lost += 1
    // Once may be chance: somebody stopped it, or memory was short for a moment.
    if (this.#asker.underWay === 1 && this.#lost > MAX_LOST) this.#asker.giveUp(why)
    this.#asker.hear(job, undefined)
  }

  async #ask(rehearsal: Rehearsal, job: Asked, place: Place): Promise<void> {
    const { timings, signal } = this.#asker.context
    const isFirst = job.again === undefined
    try {
      const ask = () => this.#asker.ask(rehearsal, job)
      const { verdict, isUnsure } = await timings.beside('questions', ask)
      place.isAsked = false
      if (isUnsure && isFirst) this.#asker.repeat({ ...job, again: true })
      this.#asker.hear(job, isUnsure && isFirst ? undefined : verdict)
    } catch (error) {
      signal.throwIfAborted()
      // A bug is no reason of the clone's: it goes on to end the walk.
      const why = reasonOf(error)
      place.isAsked = false
      if (isFirst) this.#asker.repeat({ ...job, again: true })
      this.#asker.hear(job, isFirst ? undefined : { holds: undefined, why })
    }
  }
}
