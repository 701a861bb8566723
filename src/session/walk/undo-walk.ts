import type { Host } from '../../host/host.ts'
import { isMadeByHardenctl } from '../../observe/config/free-account.ts'
import { observe } from '../../observe/observe.ts'
import { overallExposure } from '../../systemd/exposure/security.ts'
import { keptPath } from '../../systemd/settings/drop-in.ts'
import { askSaved, type SavedAnswer } from '../../trial/health/ask-saved.ts'
import type { Baseline } from '../../trial/health/baseline.ts'
import { checkKey } from '../../trial/health/check.ts'
import { checkHealth } from '../../trial/health/health.ts'
import { anyStart } from '../../trial/health/judge.ts'
import { SavedChecksError } from '../../trial/health/saved-checks.ts'
import { earliestRecords, restoreEverything } from '../../trial/transaction/restore.ts'
import { startLimitMs } from '../../trial/transaction/trial.ts'
import { dropInPaths } from '../../trial/transaction/trial-paths.ts'
import { ownersLine } from '../../trial/transaction/undo.ts'
import { formatScore } from '../store/score.ts'
import { clearState, forgetFolders, loadState, type StoredState, StoreError } from '../store/store.ts'

export interface UndoReport {
  /** Everything is as before, and the service is proven healthy. */
  healthy: boolean
  lines: string[]
}

/** A damaged or hostile state is reported and not used; the drop-ins alone still show what to undo. */
async function stateOrReason(host: Host, unit: string): Promise<{ stored?: StoredState; reason?: string }> {
  try {
    const stored = await loadState(host, unit)
    return stored === undefined ? {} : { stored }
  } catch (error) {
    if (error instanceof StoreError) return { reason: error.message }
    throw error
  }
}

/** Whether the service is as healthy as the stored baseline says, since a start after `since`, epoch ms. */
export async function provenUndone(
  host: Host,
  unit: string,
  stored: StoredState,
  since: number,
): Promise<UndoReport> {
  const { baseline } = stored
  if (baseline === undefined) return { healthy: true, lines: [] }
  const executables = (await observe(host, unit)).executables.map(({ path }) => path)
  const limit = { startLimitMs: startLimitMs(baseline) }
  const report = await checkHealth({
    host,
    unit,
    baseline,
    before: anyStart(baseline),
    since,
    executables,
    isUnhardened: true,
    ...limit,
  })
  if (!report.healthy) return { healthy: false, lines: report.reasons.map(({ text }) => text) }
  if (baseline.stopped === true && report.last?.active === 'inactive')
    return { healthy: true, lines: report.proof }
  const later = await savedSince(host, unit, baseline)
  if (typeof later === 'string') return { healthy: true, lines: [`${later}.`, ...report.proof] }
  return {
    healthy: later.every(({ holds }) => holds),
    lines: [...later.map(({ line }) => line), ...report.proof],
  }
}

/** What root wrote down after the walk, which the walk's own baseline does not have; why it can't be asked. */
async function savedSince(host: Host, unit: string, { answers }: Baseline): Promise<SavedAnswer[] | string> {
  const known = new Set(answers.map(({ check }) => checkKey(check)))
  try {
    return (await askSaved(host, unit, answers)).filter(({ check }) => !known.has(checkKey(check)))
  } catch (error) {
    if (error instanceof SavedChecksError) return error.message
    throw error
  }
}

/** An account that was created for the service stays: it still owns the files that it wrote. */
async function madeAccountLines(host: Host, kept: StoredState['kept']): Promise<string[]> {
  const passwd = (await host.read('/etc/passwd')) ?? ''
  const users = kept.flatMap(({ assignments }) => assignments.filter(({ key }) => key === 'User'))
  const made = users.filter(({ value }) => isMadeByHardenctl(passwd, value))
  return made.map(
    ({ value }) => `The system account ${value}, which hardenctl created, stays: it may own files.`,
  )
}

function sentence(clause: string): string {
  return `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`
}

/** Restores everything as before the first change, file owners too, and proves it. The state's folder stays. */
export async function takeAllBack(host: Host, unit: string): Promise<UndoReport> {
  const { stored, reason } = await stateOrReason(host, unit)
  const files = await Promise.all(
    [keptPath(host.manager, unit), ...dropInPaths(host.manager, unit)].map((path) => host.stat(path)),
  )
  if (stored === undefined && files.every((file) => file === undefined)) {
    return {
      healthy: reason === undefined,
      lines: [reason ?? `hardenctl has no setting in force for ${unit}.`],
    }
  }
  // The earliest record of a path is what was there before the first change: kept stages come in their order in time.
  const kept = [...(stored?.kept ?? [])].sort((a, b) => ((a.first ?? a.at) < (b.first ?? b.at) ? -1 : 1))
  const records = [...kept.flatMap((stage) => stage.records), ...(stored?.pending?.records ?? [])]
  const since = Date.now()
  const leavesStopped = stored?.baseline?.stopped === true
  const ran = await restoreEverything(host, unit, records, { leavesStopped })
  if (!ran) {
    return {
      healthy: false,
      lines: [`The undo of ${unit} failed; ${host.manager.words.log} ${unit} says why.`],
    }
  }
  const proven =
    stored === undefined ? { healthy: true, lines: [] } : await provenUndone(host, unit, stored, since)
  if (stored !== undefined && proven.healthy) await clearState(host, unit)
  const exposure = await overallExposure(host, unit)
  return {
    healthy: proven.healthy,
    lines: [
      `${unit} is back as it was before the first change.`,
      ...(reason === undefined ? [] : [`${reason}; hardenctl could not restore owners and modes from it.`]),
      ...(records.length > 0 ? [sentence(await ownersLine(host, earliestRecords(records)))] : []),
      ...(await madeAccountLines(host, kept)),
      ...proven.lines,
      ...(exposure === undefined ? [] : [`Exposure: ${formatScore(exposure)}.`]),
    ],
  }
}

/** The same, with nothing left of the state either. */
export async function undoEverything(host: Host, unit: string): Promise<UndoReport> {
  const report = await takeAllBack(host, unit)
  if (report.healthy) await forgetFolders(host, unit)
  return report
}
