import type { FileKind, Host } from '../../host/host.ts'
import { type BlindSpots, mapFew, orBlindSpot } from '../blind-spots.ts'
import type { OpenFile } from '../facts.ts'

/** Access mode bits of open(2): O_WRONLY 1, O_RDWR 2, the same on every architecture. */
const ACCESS_MODE = 0o3
const READ_ONLY = 0

/** Whether /proc/PID/fdinfo/FD (proc_pid_fdinfo(5); flags in octal) tells of an opening for writing. */
export function isOpenForWriting(fdinfo: string): boolean {
  const flags = /^flags:\s*([0-7]+)/m.exec(fdinfo)?.[1]
  return flags !== undefined && (Number.parseInt(flags, 8) & ACCESS_MODE) !== READ_ONLY
}

/** What the target of a /proc/PID/fd link alone tells; `path` set when it is a place in the file system. */
export interface LinkTarget {
  kind: 'socket' | 'pipe' | 'other' | 'path'
  inode?: string
}

/** Parses the target of a link in /proc/PID/fd (proc_pid_fd(5)): "socket:[8045]", "anon_inode:[eventpoll]", a path. */
export function parseLinkTarget(target: string): LinkTarget {
  const object = /^([a-z_]+):\[(\d+)\]$/.exec(target)
  if (object?.[1] === 'socket' && object[2]) return { kind: 'socket', inode: object[2] }
  if (object?.[1] === 'pipe') return { kind: 'pipe' }
  if (!target.startsWith('/') || /^\/(memfd:|SYSV|\[aio\])/.test(target)) return { kind: 'other' }
  return { kind: 'path' }
}

const DELETED = ' (deleted)'

/**
 * The path of a process's file as this machine's namespace reaches it. The kernel prints open files and mappings as
 * they are called in the process's own mount namespace; where that is not PID 1's, the way leads through
 * /proc/PID/root.
 */
export function pathThrough(
  process: { pid: number; root: string; ownNamespaces: string[] },
  path: string,
): string {
  if (!process.ownNamespaces.includes('mnt')) return path
  const inside =
    process.root !== '/' && path.startsWith(`${process.root}/`) ? path.slice(process.root.length) : path
  return `/proc/${process.pid}/root${inside}`
}

/** Descriptors of a process, ascending. Those that close meanwhile are left out. */
export async function readOpenFiles(
  host: Host,
  process: { pid: number; root: string; ownNamespaces: string[] },
  gaps: BlindSpots,
): Promise<OpenFile[]> {
  const folder = `/proc/${process.pid}/fd`
  const names = (await orBlindSpot(gaps, folder, host.list(folder))) ?? []
  const descriptors = names.map(Number).filter(Number.isInteger)
  descriptors.sort((a, b) => a - b)
  const files = await mapFew(descriptors, (descriptor) => readOpenFile(host, process, descriptor, gaps))
  return files.filter((file) => file !== undefined)
}

async function readOpenFile(
  host: Host,
  process: { pid: number; root: string; ownNamespaces: string[] },
  descriptor: number,
  gaps: BlindSpots,
): Promise<OpenFile | undefined> {
  const link = `/proc/${process.pid}/fd/${descriptor}`
  const target = await orBlindSpot(gaps, `/proc/${process.pid}/fd`, host.readlink(link))
  if (target === undefined) return undefined
  const { kind, inode } = parseLinkTarget(target)
  if (inode !== undefined)
    return { descriptor, path: target, kind: 'socket', writable: true, deleted: false, inode }

  const fdinfo = await orBlindSpot(
    gaps,
    `/proc/${process.pid}/fdinfo`,
    host.read(`/proc/${process.pid}/fdinfo/${descriptor}`),
  )
  const writable = isOpenForWriting(fdinfo ?? '')
  if (kind !== 'path') return { descriptor, path: target, kind, writable, deleted: false }

  const found = await orBlindSpot(gaps, target, host.stat(pathThrough(process, target)))
  // An existing file may have the name "x (deleted)": then the path exists.
  const deleted = target.endsWith(DELETED) && found === undefined
  const path = deleted ? target.slice(0, -DELETED.length) : target
  return { descriptor, path, kind: kindOfOpen(path, found?.kind), writable, deleted }
}

function kindOfOpen(path: string, kind: FileKind | undefined): OpenFile['kind'] {
  if (kind === 'char' || kind === 'block') return 'device'
  if (kind === 'directory') return 'directory'
  if (kind === 'fifo') return 'pipe'
  // Devices of another mount namespace or unplugged ones have no entry to look at. /dev/shm and mqueue hold files.
  if (kind === undefined && /^\/dev\/(?!shm\/|mqueue\/)/.test(path)) return 'device'
  return kind === undefined || kind === 'file' ? 'file' : 'other'
}
