import type { Host } from '../../host/host.ts'
import { type BlindSpots, mapFew, orBlindSpot } from '../blind-spots.ts'
import type { OpenFile, ProcessFacts, SocketFacts } from '../facts.ts'
import { type ByteOrder, OWN_BYTE_ORDER } from './addresses.ts'
import { parseLinkTarget } from './open-files.ts'
import { SOCKET_TABLES, type SocketRow } from './socket-tables.ts'
import { inodeOfSocket, socketFiles, whereItLeads } from './unix-path.ts'

/** The part of a process that is needed for its sockets. */
export type SocketHolder = Pick<ProcessFacts, 'pid' | 'name' | 'isMain'> & {
  openFiles: readonly Pick<OpenFile, 'descriptor' | 'path' | 'inode'>[]
}

/** Socket inode → pids that hold it. */
function holdersOfSockets(processes: readonly SocketHolder[]): Map<string, number[]> {
  const holders = new Map<string, number[]>()
  for (const process of processes) {
    for (const { inode } of process.openFiles) {
      if (inode === undefined) continue
      const pids = holders.get(inode) ?? []
      if (!pids.includes(process.pid)) pids.push(process.pid)
      holders.set(inode, pids)
    }
  }
  return holders
}

/**
 * Sockets that the processes hold, by family and port. Every network namespace in which one of them lives is looked
 * into. A socket that no table lists has family "other": it is neither bound nor connected, or of a family without
 * a table (AF_ALG, AF_VSOCK). Apache holds such a one: the IPv4 socket that it makes beside "Listen 80" on "::".
 */
export async function readSockets(
  host: Host,
  processes: readonly SocketHolder[],
  gaps: BlindSpots,
  order = OWN_BYTE_ORDER,
): Promise<SocketFacts[]> {
  const holders = holdersOfSockets(processes)
  if (holders.size === 0) return []
  const rows = await readTables(host, await onePerNamespace(host, processes, gaps), holders, order, gaps)
  const ofSystemd = await socketsOf(host, 1, gaps)
  const sockets: SocketFacts[] = []
  for (const [inode, pids] of holders) {
    const row = rows.get(inode) ?? (await unlisted(host, processes, inode, pids, gaps))
    if (row) sockets.push({ ...row, pids, heldBySystemd: ofSystemd.has(inode) })
  }
  await followRenamed(host, sockets)
  const key = (socket: SocketFacts) =>
    `${socket.family} ${String(socket.port).padStart(5, '0')} ${socket.address}`
  return sockets.sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0))
}

/**
 * Gives sockets the name under which they are found: one that is bound as "x.PID.tmp" and then renamed keeps its first
 * name in the kernel's table, which is another one after each start.
 */
async function followRenamed(host: Host, sockets: SocketFacts[]): Promise<void> {
  let files: ReadonlyMap<string, string> | undefined
  for (const socket of sockets) {
    const { family, state, address } = socket
    if (family !== 'AF_UNIX' || state !== 'listening' || !address.startsWith('/')) continue
    if ((await inodeOfSocket(host, address)) !== undefined) continue
    files ??= await socketFiles(host)
    const place = await whereItLeads(host, socket, [], files)
    if ('path' in place) socket.address = place.path
  }
}

/** A pid for each network namespace, the main process's first. */
async function onePerNamespace(
  host: Host,
  processes: readonly SocketHolder[],
  gaps: BlindSpots,
): Promise<number[]> {
  const pids = new Map<string, number>()
  const mainFirst = [...processes].sort((a, b) => Number(b.isMain) - Number(a.isMain))
  for (const { pid } of mainFirst) {
    const namespace = await orBlindSpot(gaps, `/proc/${pid}/ns/net`, host.readlink(`/proc/${pid}/ns/net`))
    if (namespace && !pids.has(namespace)) pids.set(namespace, pid)
  }
  return [...pids.values()]
}

/** Rows of the held sockets by inode. 0 is the inode of sockets that no process holds any more. */
async function readTables(
  host: Host,
  pids: readonly number[],
  holders: ReadonlyMap<string, number[]>,
  order: ByteOrder,
  gaps: BlindSpots,
): Promise<Map<string, SocketRow>> {
  const rows = new Map<string, SocketRow>()
  for (const pid of pids) {
    for (const [table, parse] of Object.entries(SOCKET_TABLES)) {
      const path = `/proc/${pid}/net/${table}`
      const text = (await orBlindSpot(gaps, path, host.read(path))) ?? ''
      for (const row of parse(text, order)) {
        if (row.inode !== '0' && holders.has(row.inode)) rows.set(row.inode, row)
      }
    }
  }
  return rows
}

async function socketsOf(host: Host, pid: number, gaps: BlindSpots): Promise<Set<string>> {
  const folder = `/proc/${pid}/fd`
  const names = (await orBlindSpot(gaps, folder, host.list(folder))) ?? []
  const targets = await mapFew(names, (name) => orBlindSpot(gaps, folder, host.readlink(`${folder}/${name}`)))
  return new Set(
    targets.map((target) => parseLinkTarget(target ?? '').inode).filter((inode) => inode !== undefined),
  )
}

/** A held socket without a row: closed since the descriptors were read (then ignored), or really in no table. */
async function unlisted(
  host: Host,
  processes: readonly SocketHolder[],
  inode: string,
  pids: readonly number[],
  gaps: BlindSpots,
): Promise<SocketRow | undefined> {
  const process = processes.find(({ pid }) => pid === pids[0])
  const file = process?.openFiles.find((open) => open.inode === inode)
  if (!process || !file) return undefined
  const link = `/proc/${process.pid}/fd/${file.descriptor}`
  const target = await orBlindSpot(gaps, link, host.readlink(link))
  if (target !== file.path) return undefined
  gaps.add(
    `A socket of ${process.name} is neither bound nor connected, and the kernel does not show its family`,
  )
  return { family: 'other', type: 'other', state: 'other', address: '', port: 0, inode }
}

async function holderOf(host: Host, pid: number, mainPid: number, gaps: BlindSpots): Promise<SocketHolder> {
  const folder = `/proc/${pid}/fd`
  const names = (await orBlindSpot(gaps, folder, host.list(folder))) ?? []
  const openFiles = await mapFew(names, async (name) => {
    const path = (await orBlindSpot(gaps, folder, host.readlink(`${folder}/${name}`))) ?? ''
    const { inode } = parseLinkTarget(path)
    return { descriptor: Number(name), path, ...(inode === undefined ? {} : { inode }) }
  })
  return { pid, name: `pid ${pid}`, isMain: pid === mainPid, openFiles }
}

/** The sockets of these processes, without all else that could be read of them. */
export async function readSocketsOf(
  host: Host,
  pids: readonly number[],
  mainPid: number,
): Promise<SocketFacts[]> {
  const gaps = new Set<string>()
  const holders = await mapFew(pids, (pid) => holderOf(host, pid, mainPid, gaps))
  return readSockets(host, holders, gaps)
}
