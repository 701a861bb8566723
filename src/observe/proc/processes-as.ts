import { orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { mapFew } from '../blind-spots.ts'

/** Clones that hardenctl has at work may try just this account: rehearsal/boot/clone-unit.ts. */
const IN_CLONE = /\/hardenctl-clone-[^/]*\.service(?:\/|$)/m

/**
 * By uid, a process that has it as effective uid, which is the owner of its folder (proc(5)), and that is in no clone and
 * none of `own`; an account without one is left out. /proc is read once for all of them.
 */
export async function processesAs(
  host: Host,
  uids: ReadonlySet<number>,
  own: ReadonlySet<number> = new Set(),
): Promise<Map<number, number>> {
  const pids = (await host.list('/proc')).filter((name) => /^\d+$/.test(name) && !own.has(Number(name)))
  const found = await mapFew(pids, async (pid): Promise<[number, number][]> => {
    const uid = (await host.stat(`/proc/${pid}`).catch(orElse(undefined)))?.uid
    if (uid === undefined || !uids.has(uid)) return []
    const groups = await host.read(`/proc/${pid}/cgroup`).catch(orElse(undefined))
    return groups !== undefined && !IN_CLONE.test(groups) ? [[uid, Number(pid)]] : []
  })
  return new Map(found.flat())
}
