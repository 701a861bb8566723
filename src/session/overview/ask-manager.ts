import { orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { EXPOSURE_KEYS } from '../../systemd/exposure/exposure-checks.ts'
import { allExposures } from '../../systemd/exposure/security.ts'
import {
  inTurns,
  type ListedService,
  listLoaded,
  type Properties,
  showTogether,
} from '../../systemd/manager/services.ts'
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

/** What is told soonest of all services that PID 1 has in memory. */
export interface Listed {
  services: readonly ListedService[]
  /** ×10 by unit; empty where systemd-analyze can't tell. */
  exposures: Promise<ReadonlyMap<string, number>>
}

/** Asks for all services; resolves once they are listed. Nothing else is asked or loaded before: all waits for this. */
export async function askLoaded(host: Host): Promise<Listed> {
  const exposures = allExposures(host).catch(orElse(new Map<string, number>()))
  return { services: await listLoaded(host), exposures }
}
