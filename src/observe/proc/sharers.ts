import { orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { loadedServices, showUnits } from '../../systemd/manager/services.ts'
import { first } from '../../systemd/manager/show.ts'
import { mapFew } from '../blind-spots.ts'
import type { Facts, Sharer } from '../facts.ts'
import { perHost } from '../per-host.ts'
import { processesAs } from './processes-as.ts'
import { parseSysvIpc } from './sysv-ipc.ts'

/** Where the file systems of POSIX shared memory and message queues are: shm_overview(7), mq_overview(7). */
const MEMORY_FOLDERS = ['/dev/shm', '/dev/mqueue']
/** Shared memory, semaphores and queues of System V: sysvipc(7). */
const SYSV_KINDS = ['shm', 'sem', 'msg']

/** What of shared memory and its kin is there, each with its owner. */
async function readMemory(host: Host): Promise<{ uid: number; path: string }[]> {
  const files = await mapFew(MEMORY_FOLDERS, async (folder) => {
    const names = await host.list(folder).catch(orElse([]))
    return mapFew(names, async (name) => {
      const stat = await host.stat(`${folder}/${name}`).catch(orElse(undefined))
      return stat === undefined ? [] : [{ uid: stat.uid, path: `${folder}/${name}` }]
    })
  })
  const kept = await mapFew(SYSV_KINDS, async (kind) => {
    const text = (await host.read(`/proc/sysvipc/${kind}`).catch(orElse(undefined))) ?? ''
    return parseSysvIpc(text).map(({ uid, id }) => ({ uid, path: `${kind} ${id} of System V` }))
  })
  return [...files.flat(2), ...kept.flat()]
}

const accountsOfServices = perHost(async (host: Host) => {
  const shown = await showUnits(host, await loadedServices(host), ['User'])
  return shown.map((one) => ({ unit: first(one, 'Id'), user: first(one, 'User') }))
})

/**
 * For each account of the service but root, who else uses it: a process outside of the service, shared memory that is
 * there, and another unit, which may be at rest. `own`: pids of the service on this host.
 */
export async function readSharers(
  host: Host,
  { processes, accounts, unit }: Pick<Facts, 'processes' | 'accounts' | 'unit'>,
  own: ReadonlySet<number>,
): Promise<Sharer[]> {
  const uids = new Set(processes.map(({ uid }) => uid.effective).filter((uid) => uid !== 0))
  if (uids.size === 0) return []
  const outside = await mapFew(
    [...(await processesAs(host, uids, own))],
    async ([uid, pid]): Promise<Sharer> => {
      const name = (await host.read(`/proc/${pid}/comm`).catch(orElse(undefined)))?.trim()
      return { kind: 'process', uid, pid, name: name ?? '' }
    },
  )
  const memory = (await readMemory(host)).filter(({ uid }) => uids.has(uid))
  const uidOf = (user: string) =>
    /^\d+$/.test(user)
      ? Number(user)
      : accounts.find(({ kind, name }) => kind === 'user' && name === user)?.id
  const units = (await accountsOfServices(host)).flatMap(({ unit: name, user }): Sharer[] => {
    const uid = user === '' || name === unit.id ? undefined : uidOf(user)
    return uid !== undefined && uids.has(uid) ? [{ kind: 'unit', uid, name }] : []
  })
  return [...outside, ...memory.map((one): Sharer => ({ kind: 'memory', ...one })), ...units]
}
