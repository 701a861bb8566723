import type { Assignment } from '../../catalog/common/types.ts'
import type { Facts } from '../../observe/facts.ts'
import { applyAssignments, type Settings, settingsFromShow } from '../../systemd/settings/settings.ts'
import { kindOf } from '../../systemd/settings/settings-kinds.ts'
import { predictedExposure } from '../stage/stage-work.ts'

/** Whether a list lets more through than before; one that denies begins with "~" (Settings). */
function letsMore(now: readonly string[], then: readonly string[]): boolean {
  const denied = (list: readonly string[]) => list[0] === '~'
  if (denied(then)) return !denied(now) || now.some((word) => !then.includes(word))
  const allowed = denied(now)
    ? then.filter((word) => now.includes(word))
    : then.filter((word) => !now.includes(word))
  return allowed.length > 0
}

/** Settings of these kinds list what is let through, or denied. */
const LISTS: ReadonlySet<string> = new Set(['capabilities', 'namespaces', 'syscalls', 'families'])

/** A capability that the account gets must be one that the service may have now. */
function isLooserList(key: string, now: Settings, then: Settings): boolean {
  const before = key === 'AmbientCapabilities' ? now.CapabilityBoundingSet : now[key]
  if (before === undefined) return false
  const plain = (list: readonly string[]) => list.map((word) => word.split(':')[0] ?? '')
  return letsMore(plain(before), plain(then[key] ?? []))
}

/**
 * What these lines would loosen of a unit, by name; undefined if nothing. A check of systemd-analyze that gets worse counts
 * too, unless `own`, the lines of this host's own proposal, make it as bad. Pure.
 */
export function loosened(
  facts: Facts,
  assignments: readonly Assignment[],
  own: readonly Assignment[],
): string | undefined {
  const now = settingsFromShow(facts.unit.properties)
  const then = applyAssignments(now, assignments, facts.syscallGroups)
  const keys = [...new Set(assignments.map(({ key }) => key))].filter((key) => LISTS.has(kindOf(key)))
  const list = keys.find((key) => isLooserList(key, now, then))
  if (list !== undefined) return `${list}=`
  const badness = (lines: readonly Assignment[]) =>
    new Map(predictedExposure(facts, lines).checks.map((check) => [check.id, check.badness ?? 0]))
  const [before, proposed] = [badness([]), badness(own)]
  const worse = [...badness(assignments)].find(
    ([id, bad]) => bad > Math.max(before.get(id) ?? 0, proposed.get(id) ?? 0),
  )
  return worse?.[0]
}
