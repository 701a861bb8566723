import type { Host } from '../../host/host.ts'
import type { Baseline } from '../health/baseline.ts'
import type { HealthReport } from '../health/health.ts'
import type { UnitSnapshot } from '../health/unit-snapshot.ts'

/** How a change is brought to work on a host, by the kind of unit. */
export interface Play {
  /** The unit is restarted at once; otherwise the change waits for the unit's own next start. */
  readonly restarts: boolean
  /** Its checks can be asked now. */
  readonly isAsked: boolean
  /** Why nothing can be tried with the unit as it is now; undefined where it can. */
  hindrance(now: UnitSnapshot): string | undefined
}

const SERVICE: Play = {
  restarts: true,
  isAsked: true,
  hindrance: ({ active }) => (active === 'active' ? undefined : `the service is ${active} now`),
}

function atWork({ active, busy }: UnitSnapshot): string | undefined {
  if (active === 'failed') return 'its last run failed'
  return busy || active === 'activating' ? 'it is at work now' : undefined
}

/** Its work may be anything, at a time that somebody chose, so that only a clone runs it unasked. */
const ONESHOT: Play = { restarts: false, isAsked: true, hindrance: atWork }
const ONESHOT_IN_CLONE: Play = { restarts: true, isAsked: true, hindrance: () => undefined }

/** Somebody stopped it on purpose, or nobody has started it yet: hardenctl does not. */
const STOPPED: Play = {
  restarts: false,
  isAsked: false,
  hindrance: ({ active }) =>
    active === 'inactive' ? undefined : `the service was stopped, and is ${active} now`,
}

/** `waits`: a oneshot is not run in this clone, which stands for the live host and has its work still to do. */
export function playOf({
  host,
  baseline,
  waits = false,
}: {
  host: Host
  baseline: Baseline
  waits?: boolean
}): Play {
  if (baseline.oneshot !== undefined) return host.isClone && !waits ? ONESHOT_IN_CLONE : ONESHOT
  return baseline.stopped === true && !host.isClone ? STOPPED : SERVICE
}

/** The settings are in force for the next start, which is not hardenctl's to begin. */
export function unplayed(last: UnitSnapshot, { stopped }: Baseline): HealthReport {
  const when =
    stopped === true
      ? 'its next start; it was not started on this host'
      : 'its next run; it was not run on this host'
  return {
    healthy: true,
    reasons: [],
    proof: [`its settings are in force for ${when}`],
    records: [],
    last,
  }
}
