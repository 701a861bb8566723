import type { Assignment } from '../../catalog/common/types.ts'
import type { Host } from '../../host/host.ts'
import type { Properties } from '../../systemd/manager/services.ts'
import { keptPath, mergeAssignments } from '../../systemd/settings/drop-in.ts'
import { difference, type SettingDifference } from '../../systemd/settings/settings-difference.ts'
import type { Groups } from '../../systemd/settings/settings-kinds.ts'
import { isCommitted } from '../../trial/transaction/kept-drop-in.ts'
import { withoutStage } from '../stage/drop-in-parts.ts'
import type { StoredState } from '../store/store.ts'
import type { KeptSummary } from './row.ts'

/** What is kept of a unit, compared with what its unit shows. */
export interface KeptNow {
  /** The last trial was kept, and hardenctl died before it recorded that. */
  committed: boolean
  /** A trial is neither kept nor undone. */
  unfinished: boolean
  wrong: SettingDifference[]
  summary: KeptSummary | undefined
}

/** `properties` is all of `systemctl show --all` of the unit. */
export async function keptNow(
  host: Host,
  stored: StoredState,
  properties: Properties,
  groups: Groups,
): Promise<KeptNow> {
  const { pending, kept, unit } = stored
  const committed =
    pending !== undefined && isCommitted(pending, await host.read(keptPath(host.manager, unit)))
  const stages = committed ? withPending(kept, pending) : kept
  const all = stages.reduce<Assignment[]>((sum, { assignments }) => mergeAssignments(sum, assignments), [])
  const wrong = difference(all, properties, groups)
  const since = stages
    .map(({ at }) => at)
    .sort()
    .at(-1)
  const summary =
    since === undefined
      ? undefined
      : { stages: stages.map(({ stage }) => stage), since, inForce: wrong.length === 0 }
  return { committed, unfinished: pending !== undefined && !committed, wrong, summary }
}

/** What is kept once a trial was kept that is not recorded as such yet. */
function withPending(
  kept: StoredState['kept'],
  pending: NonNullable<StoredState['pending']>,
): Pick<StoredState['kept'][number], 'stage' | 'assignments' | 'at'>[] {
  if (pending.reduces) return withoutStage(kept, pending.stage)
  return [...kept, { ...pending, at: new Date(pending.since).toISOString() }]
}
