import type { Host } from '../../host/host.ts'
import type { Baseline } from '../health/baseline.ts'
import type { UnitSnapshot } from '../health/unit-snapshot.ts'

/** How a change is brought to work on a host, by the kind of unit. */
export interface Play {
  /** The unit is restarted at once; otherwise the change waits for the unit's own next start. */
  readonly restarts: boolean
  /** Why nothing can be tried with the unit as it is now; undefined where it can. */
  hindrance(now: UnitSnapshot): string | undefined
}

const SERVICE: Play = {
  restarts: true,
  hindrance: ({ active }) => (active === 'active' ? undefined : `the service is ${active} now`),
}

function atWork({ active, busy }: UnitSnapshot): string | undefined {
  if (active === 'failed') return 'its last run failed'
  return busy || active === 'activating' ? 'it is at work now' : undefined
}

/** Its work may be anything, at a time that somebody chose, so that only a clone runs it unasked. */
const ONESHOT: Play = { restarts: false, hindrance: atWork }
const ONESHOT_IN_CLONE: Play = { restarts: true, hindrance: () => undefined }

export function playOf({ host, baseline }: { host: Host; baseline: Baseline }): Play {
  if (baseline.oneshot === undefined) return SERVICE
  return host.isClone ? ONESHOT_IN_CLONE : ONESHOT
}
