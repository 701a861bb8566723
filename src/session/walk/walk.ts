import { Bug, ExpectedError, isExpected, OpenUndo } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { type Lock, lockFolder } from '../../host/lock.ts'
import { ForeignChangeError } from '../../trial/transaction/foreign-changes.ts'
import { AbortedTrial } from '../../trial/transaction/transaction.ts'
import type { Undone } from '../../trial/transaction/trial.ts'
import { stateFolder } from '../../trial/transaction/trial-paths.ts'
import { exitCode } from '../exit-code.ts'
import { Learning } from '../learning/learning.ts'
import { rememberIntroduced, renameOldStamp, wasIntroduced } from '../store/introduced.ts'
import { freshState, loadState, type StoredState } from '../store/store.ts'
import { leaveNothingEmpty, storeOnDisk, type WalkStore } from '../store/walk-store.ts'
import { reportBug } from './bug-report.ts'
import { Interrupted, type WalkBeginning, type WalkOptions } from './context.ts'
import { doingOf, stoppedText, stoppingText } from './ending.ts'
import type { Intent } from './intent.ts'
import { partingLine } from './parting.ts'
import { findUnit, preflight, requireExposure, type Subject } from './preflight.ts'
import { harden, type Procedure } from './procedure.ts'
import { type AskedPhase, Questions } from './questions.ts'
import { ReachLog } from './reach-log.ts'
import { reduce, type WalkEvent } from './reducer.ts'
import { initialState, type Session, type WalkState } from './state.ts'
import { Stopwatch, type Times } from './timings.ts'
import { endOfWalk, type WalkCourse } from './walk-end.ts'
import { withSavedChecks } from './with-saved-checks.ts'

/** The part of a walk without a terminal that answers for a person and reports events. */
export interface Attendant {
  /** Undefined while the answer must wait for a result. */
  answer(phase: AskedPhase): Intent | undefined
  heard(event: WalkEvent, before: WalkState): void
}

/** One walk over a unit: the store of its state, and the procedure that moves it. */
export class Walk implements Session {
  readonly finished: Promise<number>
  #state: WalkState
  readonly #listeners = new Set<() => void>()
  readonly #abort = new AbortController()
  readonly #questions: Questions
  readonly #attendant: Attendant | undefined
  readonly #procedure: Procedure
  #foundBug: { readonly error: unknown } | undefined
  /** The terminal went while Keep? was open, which a second login may still answer. */
  #hungUp = false
  readonly #host: Host
  readonly #timings = new Stopwatch()
  #unit: string | undefined
  /** Undefined until it is read: nothing can be interrupted before. */
  #store: WalkStore | undefined

  constructor(options: WalkOptions, attendant?: Attendant, procedure: Procedure = harden) {
    this.#procedure = procedure
    this.#state = initialState(options.unit, options.host.manager.kind)
    this.#host = options.host
    this.#attendant = attendant
    this.#questions = new Questions({
      signal: this.#abort.signal,
      show: (phase) => this.#dispatch({ type: 'phase', phase }),
      answer: attendant && ((phase) => attendant.answer(phase)),
      // Nobody reads the list of a stage where nobody answers: the walk waits for the proofs.
      timed: (phase) =>
        this.#timings.begin(
          attendant !== undefined && phase.at === 'stage'
            ? `proofs: ${phase.stage}`
            : 'answers of the person',
        ),
    })
    this.finished = this.#run(options).then(this.#part)
  }

  state = (): WalkState => this.#state

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  send = (intent: Intent): void => {
    if (intent.do === 'begin') this.#begin()
    else if (intent.do === 'hang-up' && this.#state.phase.at === 'keep') this.#hungUp = true
    else if (intent.do === 'interrupt' || intent.do === 'hang-up') this.#interrupt()
    else this.#questions.give(intent)
  }

  async #introduce(): Promise<void> {
    await renameOldStamp(this.#host)
    if (this.#attendant !== undefined || (await wasIntroduced(this.#host))) return
    this.#dispatch({ type: 'introduction', open: true })
  }

  #begin(): void {
    if (!this.#state.introducing) return
    this.#dispatch({ type: 'introduction', open: false })
    void rememberIntroduced(this.#host)
  }

  #interrupt(): void {
    const text = stoppingText(this.#state, this.#abort.signal.aborted)
    if (text !== undefined) this.#dispatch({ type: 'stopping', text })
    this.#abort.abort(new Interrupted('interrupted'))
  }

  /** Ends the walk for a bug outside of it, for example in the screens: the change on trial is undone first. */
  fail(error: unknown): void {
    this.#abort.abort(error)
  }

  /** The bug that ended the walk; undefined when none did. */
  get bug(): { readonly error: unknown } | undefined {
    return this.#foundBug
  }

  /** Where the time went until now. */
  times(): Times {
    return this.#timings.times()
  }

  #dispatch = (event: WalkEvent): void => {
    const before = this.#state
    this.#state = reduce(before, event)
    this.#attendant?.heard(event, before)
    for (const listener of this.#listeners) listener()
    this.#questions.shown(this.#state.phase)
    if (event.type === 'finished' && this.#hungUp) this.#interrupt()
  }

  #refuse(reason: string, next: string, undoOpen = false): number {
    this.#dispatch({ type: 'phase', phase: { at: 'refused', reason, next } })
    return this.#ends(undoOpen, 'refused')
  }

  #ends(undoOpen: boolean, cut?: WalkCourse['cut']): number {
    const kept = this.#store?.state.kept ?? []
    const course = {
      undoOpen,
      history: this.#state.history,
      kept: kept.map(({ stage }) => stage),
      keptSome: kept.some((stage) => this.#store?.wasKeptEarlier(stage) === false),
    }
    return exitCode(endOfWalk({ ...course, ...(cut === undefined ? {} : { cut }) }))
  }

  async #run(options: WalkOptions): Promise<number> {
    const { host } = options
    let locked: { unit: string; lock: Lock } | undefined
    try {
      await this.#introduce()
      const found = await this.#timings.during('look', () => findUnit(host, options.unit))
      const { unit } = found
      this.#unit = unit
      const stored = await loadState(host, unit)
      await host.makeDirectory(stateFolder(host.manager, unit), 0o700)
      const lock = await lockFolder(stateFolder(host.manager, unit))
      if (lock === undefined) {
        return this.#refuse(
          `another hardenctl is at work on ${unit}`,
          'Wait for it to end, or end it; then try again.',
        )
      }
      locked = { unit, lock }
      // Not earlier: while another hardenctl restarts the service, its state may be anything.
      const subject = await this.#timings.during('look', () => preflight(host, found))
      this.#dispatch({ type: 'subject', ...subject })
      const beginning = await this.#context(options, subject, stored)
      const came = await this.#procedure(beginning)
      return typeof came === 'object' ? exitCode(came.end) : this.#ends(came === 'unhealthy')
    } catch (error) {
      return await this.#ended(host, error)
    } finally {
      if (locked !== undefined) {
        await leaveNothingEmpty(host, locked.unit)
        locked.lock.release()
      }
    }
  }

  /** Says what is left, before anybody hears that the walk is over. */
  #part = (code: number): number => {
    const kept = this.#store?.state.kept.map(({ stage }) => stage)
    const told = { words: this.#host.manager.words, unit: this.#state.unit, kept }
    const text = partingLine({ ...told, undoOpen: code === exitCode('undo-open') })
    this.#dispatch({ type: 'parting', text })
    return code
  }

  #interrupted(undone: Undone | undefined): number {
    this.#dispatch({ type: 'stopped', text: stoppedText(this.#host.manager, this.#state.unit, undone) })
    return this.#ends(undone?.proven === false, 'interrupted')
  }

  async #bug(host: Host, error: unknown): Promise<number> {
    this.#foundBug = { error }
    const { reason, next } = await reportBug(host, error, { unit: this.#unit, doing: doingOf(this.#state) })
    return this.#refuse(reason, next, error instanceof Bug && !error.undone.proven)
  }

  async #ended(host: Host, thrown: unknown): Promise<number> {
    const { reason } = this.#abort.signal
    const struck = this.#abort.signal.aborted && !isExpected(reason)
    // fail() ended the walk as a Ctrl-C does.
    const error = struck && thrown instanceof AbortedTrial ? new Bug(reason, thrown.undone) : thrown
    if (!isExpected(error)) return this.#bug(host, error)
    if (error instanceof Interrupted) return this.#interrupted(undefined)
    if (error instanceof AbortedTrial) return this.#interrupted(error.undone)
    if (error instanceof ForeignChangeError) {
      const left = error.undone.proven
        ? 'hardenctl undid its own change, and left the changes of others alone.'
        : `hardenctl undid its own change as far as possible: ${error.undone.lines[0]}.`
      return this.#refuse(error.message, left, !error.undone.proven)
    }
    if (error instanceof ExpectedError && error.next !== '')
      return this.#refuse(error.message, error.next, error instanceof OpenUndo)
    return this.#refuse(
      `hardenctl could not continue: ${error.message}`,
      'The proven stages are kept; the change on trial is undone.',
    )
  }

  async #context(
    given: WalkOptions,
    subject: Subject,
    stored: StoredState | undefined,
  ): Promise<WalkBeginning> {
    const { host } = given
    const options = await withSavedChecks(given, subject.unit)
    const now = await requireExposure(host, subject.unit)
    const state = stored ?? freshState(subject.unit, now)
    this.#store = storeOnDisk(host, state)
    const context: WalkBeginning = {
      host,
      live: host,
      learning: new Learning(state.learned),
      pendingChange: undefined,
      reachLog: new ReachLog(),
      timings: this.#timings,
      isSeen: this.#attendant === undefined,
      store: this.#store,
      subject,
      options,
      ask: this.#questions.ask,
      signal: this.#abort.signal,
      dispatch: this.#dispatch,
    }
    this.#dispatch({ type: 'exposure', stock: state.stock, now })
    return context
  }
}
