import type { StageOrAll } from '../../catalog/common/types.ts'
import { Bug, isExpected } from '../../host/errors.ts'
import { listWritten, type WrittenListing } from '../../rehearsal/compare/overlay-diff.ts'
import type { HealthReport } from '../../trial/health/health.ts'
import { proveReload, proveStopAndStart } from '../../trial/transaction/final-trial.ts'
import { AbortedTrial, attempt } from '../../trial/transaction/transaction.ts'
import {
  type Attempt,
  type Change,
  type Failed,
  type Passed,
  type TrialContext,
  TrialError,
} from '../../trial/transaction/trial.ts'
import { UnhealthyError } from '../../trial/transaction/trial-health.ts'
import { takeBack, undo } from '../../trial/transaction/undo.ts'
import { type Looked, lookBefore, NOTHING_ODD, type Oddity, odditiesInClone } from './clone-oddities.ts'
import type { PreparedClone } from './clone-pool.ts'
import { asAfterBoot, type Control } from './control.ts'
import { NOTHING } from './verdicts.ts'

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

export type Steps = Pick<Control, 'reload' | 'restart'>

/** What a trial plays after its restart, and what is done while the service is stopped. */
interface Life extends Steps {
  boot: () => Promise<void>
  stopped: () => Promise<void>
}

/**
 * A change that holds through one restart may still break at a reload, or at the next boot, when the folders in /run
 * are gone that the first start made. The service is watched at rest after the reload and after the last start, which
 * both run under the change from their beginning: what dies again and again after the restart does so after them. What
 * died or was killed meanwhile counts from the restart on.
 */
async function attemptWhole(
  trials: TrialContext,
  { reload, restart, boot, stopped }: Life,
  stage: StageOrAll,
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
  if (!last.healthy || restart === 'none' || restart === 'later') return last
  const asBooted = restart === 'boot'
  const when = asBooted ? 'at a stop and a start as after a boot' : 'at a stop and a start'
  const between = async () => {
    await stopped()
    if (asBooted) await boot()
  }
  return proveStopAndStart(trials, between, reload ? undefined : brief).then(
    ({ report }) => passed(report),
    (error) => failedLater(trials, result, when, error),
  )
}

/** Plays a whole life with a change in force, and looks what is other than unhardened where each check holds. */
async function playAndLook(
  { trials, volatile, watched }: PreparedClone,
  steps: Steps,
  stage: StageOrAll,
  change: Change,
): Promise<{ result: Attempt; looked: Looked }> {
  const { host, unit } = trials
  let listed: WrittenListing | undefined
  const life: Life = {
    ...steps,
    boot: () => asAfterBoot(host, unit, volatile),
    stopped: async () => {
      if (watched.usual !== undefined) listed = await listWritten(host)
    },
  }
  const look = await lookBefore(watched)
  const result = await attemptWhole(trials, life, stage, change)
  if (!result.healthy) return { result, looked: NOTHING_ODD }
  return { result, looked: await odditiesInClone(watched, look, listed, result) }
}

/**
 * The oddities that the same life without the change does not show: what it shows too comes by chance, and is held
 * against no later trial. Throws TrialError if the unhardened service fails in this clone by now.
 */
async function notUnhardened(
  clone: PreparedClone,
  steps: Steps,
  oddities: readonly Oddity[],
): Promise<Oddity[]> {
  const { result, looked } = await playAndLook(clone, steps, 'all', NOTHING)
  if (!result.healthy)
    throw new TrialError(`unhardened it fails in this clone by now: ${result.reasons[0]?.text}`)
  await requireBack(clone.trials, result)
  for (const { id } of looked.oddities) clone.control.usual?.byChance.add(id)
  return oddities.filter(({ id }) => looked.oddities.every((one) => one.id !== id))
}

async function requireBack(trials: TrialContext, { trial }: Passed): Promise<void> {
  if (!(await takeBack(trials, trial)))
    throw new TrialError('what was tried could not be taken back in the clone')
}

/** The outcome of a change in a clone. stands: it passed and is in force. */
export type WholeTrial =
  | { healthy: true; stands: Passed | undefined; looked: Looked }
  | { healthy: false; failed: Failed; oddities: readonly Oddity[] }

/**
 * Plays a whole life with a change in a clone. A service that answers as before, but is refused something, leaves a file
 * out, or touches what is not its own, is broken too.
 */
export async function tryWhole(
  clone: PreparedClone,
  steps: Steps,
  stage: StageOrAll,
  change: Change,
): Promise<WholeTrial> {
  const { result, looked } = await playAndLook(clone, steps, stage, change)
  if (!result.healthy) return { healthy: false, failed: result, oddities: [] }
  const breaking = looked.oddities.filter(({ breaks }) => breaks)
  if (breaking.length === 0) return { healthy: true, stands: result, looked }
  await requireBack(clone.trials, result)
  const real = await notUnhardened(clone, steps, breaking)
  const harmless = { ...looked, oddities: looked.oddities.filter(({ breaks }) => !breaks) }
  if (real.length === 0) return { healthy: true, stands: undefined, looked: harmless }
  const reasons = real.map(({ text }) => ({ kind: 'odd', text }) as const)
  const undone = { proven: true, lines: ['it was undone, and the service answers as before'] }
  const { trial, report } = result
  return { healthy: false, failed: { healthy: false, trial, reasons, report, undone }, oddities: real }
}
