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

/**
 * From here on each own mount namespace costs a start seconds: with 5,000 mounts systemd 257 worked for 20 s on each
 * process that it started of a unit with PrivateTmp=yes alone.
 */
const MANY_MOUNTS = 1000

/** Why a mount namespace of its own may keep the service from starting in time, where it has none yet, in sentences. */
export function slowedByMounts(facts: Facts): string | undefined {
  const { mounts = 0 } = facts
  if (mounts < MANY_MOUNTS || mainProcess(facts)?.ownNamespaces.includes('mnt')) return undefined
  return `This host has ${mounts} mounts, and systemd goes through them for each process that it starts of a unit with mounts of its own: a start may take as long as a minute. A clone has few mounts, so its proof does not show that.`
}
