import { daemonReload, queue, resetFailed } from '../../systemd/manager/control.ts'
import { type DropInPart, keptPath } from '../../systemd/settings/drop-in.ts'
import { checkHealth, type HealthReport } from '../health/health.ts'
import { anyStart } from '../health/judge.ts'
import { takeSnapshot } from '../health/unit-snapshot.ts'
import { keptText } from './kept-drop-in.ts'
import { givenBack, type OwnershipRecord } from './ownership.ts'
import { playOf } from './play.ts'
import { earliestRecords } from './restore.ts'
import type { TrialContext } from './trial.ts'
import { healthCheckInput } from './trial-health.ts'

/** Goes back to fewer kept stages: rewrites the drop-in, gives back `records`, restarts the service. */
export async function stepBack(
  context: TrialContext,
  parts: readonly DropInPart[],
  records: readonly OwnershipRecord[],
): Promise<HealthReport> {
  const { signal: _, ...whole } = context
  const { host, unit } = whole
  const before = await takeSnapshot(host, unit)
  await host.write(keptPath(host.manager, unit), keptText(host.manager, parts), 0o644)
  for (const record of earliestRecords(records)) {
    const stat = await host.stat(record.path)
    const owner = stat && givenBack(record, stat)
    if (stat !== undefined && owner !== undefined) await host.changeOwner(record.path, stat, owner)
  }
  await daemonReload(host)
  await resetFailed(host, unit)
  const since = Date.now()
  if (!playOf(whole).restarts) return checkHealth(healthCheckInput(whole, anyStart(whole.baseline), since))
  await queue(host, 'restart', unit)
  return checkHealth(healthCheckInput(whole, before, since))
}
