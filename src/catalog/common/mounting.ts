import type { Facts } from '../../observe/facts.ts'
import { sightingsText } from '../../observe/trace/learned.ts'
import { mainProcess } from './roles.ts'
import { actsSeen, whereIt } from './seen-in-clone.ts'

/**
 * Why the service must stay in the mount namespace of the machine: it mounts for others, and nobody outside sees a
 * mount in its own namespace (mount_namespaces(7)). Undefined if no mount was seen, or if it already has its own
 * namespace.
 */
export function mountsForOthers(facts: Facts): string | undefined {
  if (mainProcess(facts)?.ownNamespaces.includes('mnt')) return undefined
  const apart = new Set(
    actsSeen(facts, 'namespace')
      .filter(({ detail }) => detail === 'mnt')
      .flatMap((act) => act.sightings.map(({ program }) => program)),
  )
  const sightings = actsSeen(facts, 'mount')
    .flatMap((act) => act.sightings)
    .filter(({ program }) => !apart.has(program))
  if (sightings.length === 0) return undefined
  const who = sightingsText(sightings)
  return `${whereIt(sightings)} mounted or unmounted something (${who}), and in a mount namespace of its own nobody else would see that.`
}
