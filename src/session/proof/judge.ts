import type { Stage } from '../../catalog/common/types.ts'
import { Bug, isExpected } from '../../host/errors.ts'
import type { Facts } from '../../observe/facts.ts'
import { complaintsSince, markLogs } from '../../trial/diagnosis/complaints.ts'
import type { Diagnosis } from '../../trial/diagnosis/diagnosis.ts'
import type { HealthReport } from '../../trial/health/health.ts'
import { proveReload, proveStopAndStart } from '../../trial/transaction/final-trial.ts'
import { AbortedTrial, attempt } from '../../trial/transaction/transaction.ts'
import type { Attempt, Change, TrialContext } from '../../trial/transaction/trial.ts'
import { UnhealthyError } from '../../trial/transaction/trial-health.ts'
import { undo } from '../../trial/transaction/undo.ts'
import { diagnosisOf } from '../stage/failure.ts'
import type { PreparedClone } from './clone-pool.ts'
import { asAfterBoot, type Control } from './control.ts'
import { helps } from './loosen.ts'
import { type TracedFailure, withRefusedCalls } from './traced-failure.ts'
import type { ProofJob, Verdict } from './verdicts.ts'

export type Passed = Extract<Attempt, { healthy: true }>
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

export interface Told {
  verdict: Verdict
  isUnsure: boolean
  /** If it held. */
  passed?: Passed
  /** The clone was used up by finding out why it broke. */
  isTraced: boolean
}

export type Steps = Pick<Control, 'reload' | 'restart'>

/** What a clone is asked about. */
export interface Asked {
  facts: Facts
  before: TracedFailure['before'] | undefined
  stage: Stage
  job: ProofJob
}

/** Plays these steps in a clone, and finds out why they broke. */
export async function judge(prepared: PreparedClone, asked: Asked, steps: Steps): Promise<Told> {
  const { trials, live, volatile, control } = prepared
  const { facts, stage, job } = asked
  const { of, change } = job
  const { host, unit } = trials
  const since = Date.now()
  const marks = await markLogs(host, facts)
  const boot = () => asAfterBoot(host, unit, volatile)
  const result = await attemptWhole(trials, { ...steps, boot }, stage, change)
  if (result.healthy) {
    const refused = await complaintsSince(host, unit, marks, since)
    return { verdict: { holds: true, refused, of, change }, isUnsure: false, passed: result, isTraced: false }
  }
  const { lines: undone, proven } = result.undone
  const plain = await diagnosisOf(host, facts, result, live)
  const before = proven && wantsTrace(job, plain) ? asked.before : undefined
  const hangs = result.report?.last?.active === 'activating'
  const failure = { trials, live, facts, volatile, control, change, hangs }
  const told = before ? await withRefusedCalls({ ...failure, before }, plain) : plain
  const verdict = { holds: false, of, ...told, undone } as const
  return { verdict, isUnsure: !proven, isTraced: before !== undefined }
}

/** The verdict of two clones that have played a part of the steps each. */
export function together(one: Told, other: Told): Told {
  const { verdict } = one
  if (verdict.holds !== true || other.verdict.holds !== true) return verdict.holds === true ? other : one
  const refused = [...new Set([...verdict.refused, ...other.verdict.refused])]
  return { ...one, verdict: { ...verdict, refused } }
}
