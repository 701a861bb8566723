import type { Stage } from '../../catalog/common/types.ts'
import { Bug, isExpected, reasonOf } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import type { Facts } from '../../observe/facts.ts'
import type { Clone } from '../../rehearsal/boot/clone.ts'
import { type BaselineVerdict, bootProven, type ProvenClone } from '../../rehearsal/boot/proven-clone.ts'
import type { VolatileListing } from '../../rehearsal/compare/volatile.ts'
import { complaintsSince, markLogs } from '../../trial/diagnosis/complaints.ts'
import type { Diagnosis } from '../../trial/diagnosis/diagnosis.ts'
import type { Baseline } from '../../trial/health/baseline.ts'
import { longestMs } from '../../trial/health/full/play-full.ts'
import { proveReload, proveStopAndStart } from '../../trial/transaction/final-trial.ts'
import { keep } from '../../trial/transaction/keep.ts'
import type { StepListener } from '../../trial/transaction/steps.ts'
import { AbortedTrial, attempt } from '../../trial/transaction/transaction.ts'
import { type Attempt, type Change, type TrialContext, TrialError } from '../../trial/transaction/trial.ts'
import { UnhealthyError } from '../../trial/transaction/trial-health.ts'
import { takeBack, undo } from '../../trial/transaction/undo.ts'
import { diagnosisOf } from '../stage/failure.ts'
import { trialContext } from '../stage/trial-context.ts'
import type { AnyWalk, WalkContext } from '../walk/context.ts'
import { asAfterBoot, type Control, controlOf, stopsSlowly } from './control.ts'
import { helps } from './loosen.ts'
import { type TracedFailure, withRefusedCalls } from './traced-failure.ts'
import type { ProofJob, Verdict } from './verdicts.ts'

/** After a restart, a reload, and a stop and a start. */
const TIMES_IN_FULL = 3

interface Answer {
  verdict: Verdict
  /**
   * used: the clone can do no more jobs. unsure: the clone was not in its expected state, so it may have caused the
   * answer.
   */
  clone: 'fit' | 'used' | 'unsure'
}

/** A clone in which the unhardened service answers as it does live. */
export interface Rehearsal {
  readonly host: Host
  /** Differences from the live host, in sentences. */
  readonly notes: readonly string[]
  /** Runs the same transaction as live, then reload, stop and start. Undoes it afterwards. */
  ask(stage: Stage, job: ProofJob, tell: StepListener): Promise<Answer>
  dispose(): Promise<void>
}

/** Why there is no rehearsal: one line. The walk goes on with live trials. */
export interface NoRehearsal {
  readonly why: string
}

type Unlike = Extract<BaselineVerdict, { same: false }>

/** Why a clone where the service does not answer as it does live proves nothing: one line. */
export function unlikeLive({ missing }: Unlike): string {
  return `the service does not answer in a clone as it does live: ${missing}`
}

type Failed = Extract<Attempt, { healthy: false }>

async function failedLater(
  trials: TrialContext,
  passed: Extract<Attempt, { healthy: true }>,
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
  if (reload) {
    const problem = await proveReload(trials, brief).catch((error) =>
      failedLater(trials, result, 'at a reload', error),
    )
    if (problem !== undefined) return problem
  }
  if (restart === 'none') return result
  const [when, between] =
    restart === 'boot'
      ? (['at a stop and a start as after a boot', boot] as const)
      : (['at a stop and a start', async () => undefined] as const)
  const problem = await proveStopAndStart(trials, between, reload ? undefined : brief).then(
    () => undefined,
    (error) => failedLater(trials, result, when, error),
  )
  return problem ?? result
}

/** Only the set that Enter waits for, and the value that decides about a row, are worth a repeat under strace. */
function wantsTrace({ of, change }: ProofJob, { remedies }: Diagnosis): boolean {
  return (of === 'set' || of === 'row') && !remedies.some((one) => helps(change.assignments, one))
}

async function ask(
  { trials, live, volatile, control }: PreparedClone,
  facts: Facts,
  stage: Stage,
  job: ProofJob,
  before: TracedFailure['before'] | undefined,
): Promise<Answer> {
  const { of, change } = job
  const { host, unit } = trials
  const boot = () => asAfterBoot(host, unit, volatile)
  const reload = facts.unit.canReload && control.reload
  const since = Date.now()
  const marks = await markLogs(host, facts)
  const result = await attemptWhole(trials, { reload, restart: control.restart, boot }, stage, change)
  if (result.healthy) {
    const refused = await complaintsSince(host, unit, marks, since)
    const held = { holds: true, refused, of, change } as const
    if (stopsSlowly(control)) return { verdict: held, clone: 'used' }
    const back = await takeBack(trials, result.trial)
    return { verdict: held, clone: back ? 'fit' : 'unsure' }
  }
  const { lines: undone, proven } = result.undone
  const plain = await diagnosisOf(trials.host, facts, result, live)
  const traced = proven && before !== undefined && wantsTrace(job, plain)
  const hangs = result.report?.last?.active === 'activating'
  const failure = { trials, live, facts, volatile, control, change, hangs }
  const told = traced ? await withRefusedCalls({ ...failure, before }, plain) : plain
  const clone = !proven ? 'unsure' : traced || stopsSlowly(control) ? 'used' : 'fit'
  return { verdict: { holds: false, ...told, undone }, clone }
}

/**
 * A clone where the unhardened service answers as it does live, with the context of the trials in it: none is stored,
 * since it goes with the clone, and no screen shows its steps.
 */
export async function bootForTrials(
  context: AnyWalk,
  facts: Facts,
  baseline: Baseline,
  companions: readonly string[],
): Promise<(Extract<ProvenClone, { clone: Clone }> & { trials: TrialContext }) | { verdict: Unlike }> {
  const { live, subject, signal } = context
  const { unit } = subject
  const executables = facts.executables.map(({ path }) => path)
  const proven = await bootProven(live, { unit, companions, signal }, { unit, baseline, executables, signal })
  if ('verdict' in proven) return proven
  const trials: TrialContext = {
    ...trialContext(context, facts, baseline),
    host: proven.clone.host,
    remember: async () => undefined,
    tell: () => undefined,
    isKilled: stopsSlowly(controlOf(context.rehearsing)),
  }
  return { ...proven, trials }
}

/** Applies to the clone what the earlier stages kept on its host. */
async function replayPending({ pendingChange }: WalkContext, trials: TrialContext): Promise<void> {
  const stages = pendingChange?.stages
  if (stages === undefined) return
  const result = await attempt(trials, 'all', stages.change)
  if (!result.healthy)
    throw new TrialError(`the earlier stages do not hold in a fresh clone: ${result.reasons[0]?.text}`)
  const kept = await keep(trials, result.trial, stages.parts, result.report.last?.invocation ?? '')
  if (!kept.kept) throw new TrialError(kept.reason)
}

/** With what is played in full after each start and reload of a trial. */
function withFull(trials: TrialContext, { full }: Control): TrialContext {
  const ms = full.reduce((sum, check) => sum + longestMs(check), 0) * TIMES_IN_FULL
  const deadManSeconds = trials.deadManSeconds + Math.ceil(ms / 1000)
  return { ...trials, baseline: { ...trials.baseline, full }, deadManSeconds }
}

/** A clone in the state of the host that the stages are applied to. */
export interface PreparedClone {
  clone: Clone
  /** The host of which it is a clone. */
  live: Host
  trials: TrialContext
  /** The content of the folders that a reboot empties, before the service's first start. */
  volatile: VolatileListing
  control: Control
}

/** Boots a clone in the state of the host that the stages are applied to, where the service answers as it does live. */
export async function bootStage(
  context: WalkContext,
  facts: Facts,
  baseline: Baseline,
): Promise<PreparedClone | NoRehearsal> {
  const { live, signal, rehearsing } = context
  const companions = rehearsing?.possible === true ? rehearsing.companions : []
  let clone: Clone | undefined
  try {
    const booted = await bootForTrials(context, facts, baseline, companions)
    if ('verdict' in booted) return { why: unlikeLive(booted.verdict) }
    clone = booted.clone
    await replayPending(context, booted.trials)
    const control = controlOf(rehearsing)
    return { ...booted, trials: withFull(booted.trials, control), live, control }
  } catch (error) {
    // The reason why it could not be prepared says more; PID 1 ends the rest of it.
    await clone?.dispose().catch(() => undefined)
    signal.throwIfAborted()
    if (error instanceof Bug) throw error.cause
    return { why: reasonOf(error) }
  }
}

/** If somebody ends a clone during a job, the job has no answer. */
async function gone(clone: Clone): Promise<never> {
  await clone.ended
  throw new TrialError('the clone was ended by somebody else')
}

/**
 * A clone for jobs. Throws only bugs and the reason of the walk's signal: a person who leaves does not care what was
 * undone in the clone.
 */
export async function openRehearsal(
  context: WalkContext,
  facts: Facts,
  baseline: Baseline,
): Promise<Rehearsal | NoRehearsal> {
  const booted = await bootStage(context, facts, baseline)
  if (!('clone' in booted)) return booted
  const { clone, trials } = booted
  return {
    host: clone.host,
    notes: clone.notes,
    dispose: () => clone.dispose(),
    ask: (stage, job, tell) =>
      Promise.race([
        gone(clone),
        ask({ ...booted, trials: { ...trials, tell } }, facts, stage, job, context.learning.trace),
      ]).catch((error) => {
        if (error instanceof AbortedTrial) throw context.signal.reason
        throw error instanceof Bug ? error.cause : error
      }),
  }
}
