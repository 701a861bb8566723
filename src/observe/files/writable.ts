import { dirname } from 'node:path/posix'
import type { FileStat, Host } from '../../host/host.ts'
import { MANAGING_SETTINGS, managedPaths } from '../../systemd/settings/managed-directories.ts'
import { barePath } from '../../systemd/settings/settings-values.ts'
import { type BlindSpots, mapFew, orBlindSpot } from '../blind-spots.ts'
import type { LogrotateFact, ProcessFacts, SocketFacts, UnitFacts, WritableFact } from '../facts.ts'
import { pathThrough } from '../proc/open-files.ts'
import { findPidFiles } from './pid-files.ts'

type From = WritableFact['from'][number]

/** A place before it was looked at. */
interface Candidate {
  path: string
  from: From
  /** Real uids of the processes that hold it. */
  by: number[]
}

/** File systems that hold no files of the service: systemd has settings of its own for them. */
function isOfTheKernel(path: string): boolean {
  return /^\/(proc|sys|dev)(\/|$)/.test(path) && !path.startsWith('/dev/shm/')
}

/**
 * Paths that the unit's settings name as writable: RuntimeDirectory=, StateDirectory=, CacheDirectory=,
 * LogsDirectory= ("name:link:flags") and ReadWritePaths= (with "-" and "+" in front).
 */
export function settingPaths(properties: Readonly<Record<string, string[]>>): string[] {
  const listed = (key: string) => (properties[key] ?? []).flatMap((value) => value.split(' ')).filter(Boolean)
  const directories = MANAGING_SETTINGS.flatMap((key) => managedPaths(key, listed(key)))
  const paths = listed('ReadWritePaths').map(barePath)
  return [...directories, ...paths.filter((path) => path.startsWith('/'))]
}

/** Files and directories that the service writes, by real path. Deleted and pseudo files are left out. */
export async function readWritable(
  host: Host,
  unit: UnitFacts,
  processes: readonly ProcessFacts[],
  sockets: readonly SocketFacts[],
  gaps: BlindSpots,
): Promise<WritableFact[]> {
  const candidates = [
    ...(await openForWriting(host, processes, gaps)),
    ...listeningSockets(processes, sockets),
    ...pidFile(unit),
    ...(await findPidFiles(host, processes, gaps)).flatMap((path) => withFolder(path, 'pid-file', [])),
    ...settingPaths(unit.properties).map((path) => ({ path, from: 'setting' as const, by: [] })),
  ]
  return mergeWritable(await mapFew(candidates, (candidate) => look(host, candidate, gaps)))
}

async function openForWriting(
  host: Host,
  processes: readonly ProcessFacts[],
  gaps: BlindSpots,
): Promise<Candidate[]> {
  const found = new Map<string, Candidate>()
  for (const process of processes) {
    for (const file of process.openFiles) {
      if (!file.writable || file.deleted || file.kind !== 'file' || isOfTheKernel(file.path)) continue
      if (!found.has(file.path) && !(await isOnMachine(host, process, file.path, gaps))) continue
      const candidate: Candidate = found.get(file.path) ?? { path: file.path, from: 'open', by: [] }
      if (!candidate.by.includes(process.uid.real)) candidate.by.push(process.uid.real)
      found.set(file.path, candidate)
    }
  }
  return [...found.values()]
}

/** Whether a path means the same file in the process's mount namespace and here: its /tmp may be its own. */
async function isOnMachine(
  host: Host,
  process: ProcessFacts,
  path: string,
  gaps: BlindSpots,
): Promise<boolean> {
  const here = await orBlindSpot(gaps, path, host.stat(path))
  const inside = await orBlindSpot(gaps, path, host.stat(pathThrough(process, path)))
  return here !== undefined && here.inode === inside?.inode && here.device === inside.device
}

/** Sockets that the service itself makes; one that systemd passes in is systemd's to make. */
function listeningSockets(processes: readonly ProcessFacts[], sockets: readonly SocketFacts[]): Candidate[] {
  return sockets
    .filter(
      ({ family, state, address, heldBySystemd }) =>
        family === 'AF_UNIX' && state === 'listening' && address.startsWith('/') && !heldBySystemd,
    )
    .filter(({ address }) => !isOfTheKernel(address))
    .flatMap(({ address, pids }) => {
      const by = processes.filter(({ pid }) => pids.includes(pid)).map(({ uid }) => uid.real)
      return withFolder(address, 'listening', [...new Set(by)])
    })
}

function pidFile(unit: UnitFacts): Candidate[] {
  const path = unit.properties.PIDFile?.[0] ?? ''
  return path.startsWith('/') ? withFolder(path, 'pid-file', []) : []
}

/** A pid file or socket is created again at every start, so its folder is written too. */
function withFolder(path: string, from: From, by: number[]): Candidate[] {
  return [
    { path, from, by },
    { path: dirname(path), from, by },
  ]
}

/** The place with links followed, or undefined when there is nothing. */
async function look(host: Host, candidate: Candidate, gaps: BlindSpots): Promise<WritableFact | undefined> {
  const { from, by } = candidate
  const path = (await orBlindSpot(gaps, candidate.path, host.resolve(candidate.path))) ?? candidate.path
  if (isOfTheKernel(path)) return undefined
  const stat = await orBlindSpot(gaps, path, host.stat(path))
  // The creator of a socket chooses its name in the kernel's table: it counts only if a socket is there.
  if (!stat || (from === 'listening' && stat.kind !== 'socket' && stat.kind !== 'directory')) return undefined
  return {
    path,
    kind: kindOf(stat),
    uid: stat.uid,
    gid: stat.gid,
    mode: stat.mode,
    from: [from],
    by: [...by],
  }
}

function kindOf({ kind }: FileStat): WritableFact['kind'] {
  return kind === 'file' || kind === 'directory' || kind === 'socket' ? kind : 'other'
}

/** One fact for each path, sorted by path. */
function mergeWritable(facts: readonly (WritableFact | undefined)[]): WritableFact[] {
  const merged = new Map<string, WritableFact>()
  for (const fact of facts) {
    if (!fact) continue
    const same = merged.get(fact.path)
    if (!same) {
      merged.set(fact.path, { ...fact })
      continue
    }
    same.from = [...new Set([...same.from, ...fact.from])]
    same.by = [...new Set([...same.by, ...fact.by])]
  }
  return [...merged.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** The writable facts with the files that logrotate makes anew for this service. */
export async function withRotatedFiles(
  host: Host,
  writable: readonly WritableFact[],
  logrotate: readonly LogrotateFact[],
  gaps: BlindSpots,
): Promise<WritableFact[]> {
  const paths = [...new Set(logrotate.flatMap(({ matches }) => matches))]
  const rotated = await mapFew(paths, (path) => look(host, { path, from: 'logrotate', by: [] }, gaps))
  return mergeWritable([...writable, ...rotated])
}
