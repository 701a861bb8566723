import type { Stage } from '../../catalog/common/types.ts'
import { Bug, isExpected, reasonOf } from '../../host/errors.ts'
import type { Facts } from '../../observe/facts.ts'
import { complaintsSince, markLogs } from '../../trial/diagnosis/complaints.ts'
import type { Diagnosis } from '../../trial/diagnosis/diagnosis.ts'
import type { Baseline } from '../../trial/health/baseline.ts'
import type { HealthReport } from '../../trial/health/health.ts'
import { proveReload, proveStopAndStart } from '../../trial/transaction/final-trial.ts'
import type { StepListener } from '../../trial/transaction/steps.ts'
import { AbortedTrial, attempt } from '../../trial/transaction/transaction.ts'
import { type Attempt, type Change, type TrialContext, TrialError } from '../../trial/transaction/trial.ts'
import { UnhealthyError } from '../../trial/transaction/trial-health.ts'
import { takeBack, undo } from '../../trial/transaction/undo.ts'
import { diagnosisOf } from '../stage/failure.ts'
import type { WalkContext } from '../walk/context.ts'
import { bootStage, type NoRehearsal, type PreparedClone } from './clone-pool.ts'
import { asAfterBoot, type Control, stopsSlowly } from './control.ts'
import { helps } from './loosen.ts'
import { type TracedFailure, withRefusedCalls } from './traced-failure.ts'
import { changeKey, type ProofJob, type Verdict } from './verdicts.ts'

type Passed = Extract<Attempt, { healthy: true }>
type Failed = Extract<Attempt, { healthy: false }>

async function failedLater(
  trials: TrialContext,
  passed: Passed,
  when: string,
  error: unknown,
): Promise<Failed> {
  const { trial } = passed
  const report = error instanceof UnhealthyError ? error.report : passed.report
  const undone = await undo(trials, trial)
  if (trials.signal?.aborted) throw new AbortedTrial(undone)
  if (!isExpected(error)) throw new Bug(error, undone)
  const reasons = error instanceof UnhealthyError ? error.report.reasons : []
  const [first = { kind: 'error', text: (error as Error).message } as const, ...rest] = reasons
  const main = { ...first, text: `${when}: ${first.text}` }
  return { healthy: false, trial, reasons: [main, ...rest], report, undone }
}

/**
 * A change that holds through one restart may still break at a reload, or at the next boot, when the folders in /run
 * are gone that the first start made. The service is watched at rest after the reload and after the last start, which
 * both run under the change from their beginning: what dies again and again after the restart does so after them. What
 * died or was killed meanwhile counts from the restart on.
 */
async function attemptWhole(
  trials: TrialContext,
  { reload, restart, boot }: Pick<Control, 'reload' | 'restart'> & { boot: () => Promise<void> },
  stage: Stage,
  change: Change,
): Promise<Attempt> {
  const result = await attempt(trials, stage, change, { isBrief: restart !== 'none' })
  if (!result.healthy) return result
  const brief = { invocation: result.report.last?.invocation ?? '', since: result.trial.since }
  const passed = (report: HealthReport): Attempt => ({ ...result, report })
  let last: Attempt = result
  if (reload) {
    last = await proveReload(trials, brief).then(passed, (error) =>
      failedLater(trials, result, 'at a reload', error),
    )
  }
  if (!last.healthy || restart === 'none') return last
  const [when, between] =
    restart === 'boot'
      ? (['at a stop and a start as after a boot', boot] as const)
      : (['at a stop and a start', async () => undefined] as const)
  return proveStopAndStart(trials, between, reload ? undefined : brief).then(
    ({ report }) => passed(report),
    (error) => failedLater(trials, result, when, error),
  )
}

/** Only the set that Enter waits for, and the value that decides about a row, are worth a repeat under strace. */
function wantsTrace({ of, change }: ProofJob, { remedies }: Diagnosis): boolean {
  return (of === 'set' || of === 'row') && !remedies.some((one) => helps(change.assignments, one))
}

/** A change that held and is still in force in its clone. */
export interface Standing {
  key: string
  passed: Passed
  trials: TrialContext
}

/** If somebody ends a clone during a job, the job has no answer. */
async function gone({ clone }: PreparedClone): Promise<never> {
  await clone.ended
  throw new TrialError('the clone was ended by somebody else')
}

/** A clone in which the unhardened service answers as it does live, and which is asked one change after the other. */
export class Rehearsal {
  readonly prepared: PreparedClone
  readonly #facts: Facts
  readonly #before: TracedFailure['before'] | undefined
  #standing: Standing | undefined
  #isUsed = false
  readonly #isLent: boolean

  /**
   * `before` is what following the service without a trial told. `isLent`: the clone has another owner, and is removed
   * only when it is of no use any more.
   */
  constructor(
    prepared: PreparedClone,
    facts: Facts,
    before: TracedFailure['before'] | undefined,
    { isLent = false }: { isLent?: boolean } = {},
  ) {
    this.#isLent = isLent
    this.prepared = prepared
    this.#facts = facts
    this.#before = before
  }

  /** Differences from the live host, in sentences. */
  get notes(): readonly string[] {
    return this.prepared.clone.notes
  }

  get standing(): Standing | undefined {
    return this.#standing
  }

  /** It can be asked once more. */
  get isFit(): boolean {
    // The service would have to be stopped in order to take back what stands, which takes longer than another clone.
    const isSlow = this.#standing !== undefined && stopsSlowly(this.prepared.control)
    return !this.#isUsed && !isSlow && !(this.#standing !== undefined && this.#runsOnce)
  }

  /** A oneshot has done the work that was there to be done: only a fresh clone has it again. */
  get #runsOnce(): boolean {
    return this.prepared.trials.baseline.oneshot !== undefined
  }

  /**
   * Runs the same transaction as live, then reload, stop and start. A change that held stays in force until the next
   * question. `isUnsure`: the clone was not in its expected state, so it may have caused the answer. Throws only bugs
   * and the reason of the walk's signal: a person who leaves does not care what was undone in the clone.
   */
  async ask(
    stage: Stage,
    job: ProofJob,
    tell: StepListener,
  ): Promise<{ verdict: Verdict; isUnsure: boolean }> {
    const { signal } = this.prepared.trials
    return Promise.race([gone(this.prepared), this.#ask(stage, job, tell)]).catch((error) => {
      this.#isUsed = true
      if (error instanceof AbortedTrial) throw signal?.reason
      throw error instanceof Bug ? error.cause : error
    })
  }

  async dispose(): Promise<void> {
    if (!this.#isLent || this.#isUsed) await this.prepared.clone.dispose()
  }

  /** Takes back what stands; false when the clone is of no use any more. */
  async clear(): Promise<boolean> {
    if (this.isFit) await this.#takeBack().catch(reasonOf)
    return !this.#isUsed && this.#standing === undefined
  }

  async #ask(
    stage: Stage,
    job: ProofJob,
    tell: StepListener,
  ): Promise<{ verdict: Verdict; isUnsure: boolean }> {
    const { live, volatile, control } = this.prepared
    const trials = { ...this.prepared.trials, tell }
    const { host, unit } = trials
    await this.#takeBack()
    const { of, change } = job
    const boot = () => asAfterBoot(host, unit, volatile)
    const reload = this.#facts.unit.canReload && control.reload
    const since = Date.now()
    const marks = await markLogs(host, this.#facts)
    const result = await attemptWhole(trials, { reload, restart: control.restart, boot }, stage, change)
    if (result.healthy) {
      const refused = await complaintsSince(host, unit, marks, since)
      this.#standing = { key: changeKey(change), passed: result, trials: this.prepared.trials }
      return { verdict: { holds: true, refused, of, change }, isUnsure: false }
    }
    const { lines: undone, proven } = result.undone
    const plain = await diagnosisOf(host, this.#facts, result, live)
    const before = proven && wantsTrace(job, plain) ? this.#before : undefined
    const hangs = result.report?.last?.active === 'activating'
    const failure = { trials, live, facts: this.#facts, volatile, control, change, hangs }
    const told = before ? await withRefusedCalls({ ...failure, before }, plain) : plain
    this.#isUsed = !proven || before !== undefined || stopsSlowly(control) || this.#runsOnce
    return { verdict: { holds: false, of, ...told, undone }, isUnsure: !proven }
  }

  async #takeBack(): Promise<void> {
    const standing = this.#standing
    this.#standing = undefined
    if (standing === undefined || (await takeBack(standing.trials, standing.passed.trial))) return
    this.#isUsed = true
    throw new TrialError('what was tried before could not be taken back in the clone')
  }
}

/** A clone for jobs. Throws only bugs and the reason of the walk's signal. */
export async function openRehearsal(
  context: WalkContext,
  facts: Facts,
  baseline: Baseline,
): Promise<Rehearsal | NoRehearsal> {
  const booted = await bootStage(context, facts, baseline)
  return 'clone' in booted ? new Rehearsal(booted, facts, context.learning.trace) : booted
}
