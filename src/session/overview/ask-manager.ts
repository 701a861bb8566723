import type { Host } from '../../host/host.ts'
import { EXPOSURE_KEYS } from '../../systemd/exposure/exposure-checks.ts'
import { inTurns, loadedServices, type Properties, showTogether } from '../../systemd/manager/services.ts'
import { kindOf } from '../../systemd/settings/settings-kinds.ts'

/** Of what the exposure of a unit is made; some yes and no is told finer beside. */
export const EXPOSED_BY: readonly string[] = [...EXPOSURE_KEYS].flatMap((key) =>
  kindOf(key) === 'boolean' ? [key, `${key}Ex`] : [key],
)

/**
 * What the first row of a unit is made of. Asked for by name, since PID 1 has six times as much to say of each unit, and
 * by few names, since systemctl looks each property up among them.
 */
const ROW_KEYS: readonly string[] = [
  ...['LoadState', 'ActiveState', 'SubState', 'Description', 'Type', 'TriggeredBy'],
  ...['ControlGroup', 'MainPID', 'PrivateNetwork'],
  ...EXPOSED_BY,
]

/** Answers that PID 1 works on, in parts: units by ROW_KEYS. */
export type Answers = readonly Promise<Properties[]>[]

/** Asks of these units. */
export function askOf(host: Host, units: readonly string[]): Answers {
  const answers = inTurns(units).map((some) => showTogether(host, some, ROW_KEYS))
  // They are waited for later, and may fail before.
  for (const answer of answers) answer.catch(() => undefined)
  return answers
}

/**
 * Asks of all services that PID 1 has in memory; resolves once it was asked. All else can wait: each program that is
 * started, and each file that is loaded before, holds the longest part of the overview up.
 */
export async function askLoaded(host: Host): Promise<Answers> {
  return askOf(host, await loadedServices(host))
}
