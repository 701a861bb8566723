import { orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { mapFew } from '../blind-spots.ts'
import type { ProcessFacts, Sharer } from '../facts.ts'

/** Clones that hardenctl has at work may try just this account: rehearsal/boot/clone-unit.ts. */
const IN_CLONE = /\/hardenctl-clone-[^/]*\.service(?:\/|$)/m

/**
 * A process that is in no clone and none of `own`, and has this effective uid, which is the owner of its folder: proc(5).
 */
export async function processAs(
  host: Host,
  uid: number,
  own: ReadonlySet<number> = new Set(),
): Promise<number | undefined> {
  const pids = (await host.list('/proc')).filter((name) => /^\d+$/.test(name) && !own.has(Number(name)))
  const found = await mapFew(pids, async (pid) => {
    if ((await host.stat(`/proc/${pid}`).catch(orElse(undefined)))?.uid !== uid) return undefined
    const groups = await host.read(`/proc/${pid}/cgroup`).catch(orElse(undefined))
    return groups !== undefined && !IN_CLONE.test(groups) ? Number(pid) : undefined
  })
  return found.find((pid) => pid !== undefined)
}

/** For each account of the service but root, a process outside of it that runs as the same one. `own`: its processes. */
export async function readSharers(
  host: Host,
  seen: readonly ProcessFacts[],
  own: ReadonlySet<number>,
): Promise<Sharer[]> {
  const uids = [...new Set(seen.map(({ uid }) => uid.effective))].filter((uid) => uid !== 0)
  const found = await mapFew(uids, async (uid): Promise<Sharer[]> => {
    const pid = await processAs(host, uid, own)
    if (pid === undefined) return []
    const name = (await host.read(`/proc/${pid}/comm`).catch(orElse(undefined)))?.trim()
    return [{ uid, pid, name: name ?? '' }]
  })
  return found.flat()
}
