import { dirname, join } from 'node:path/posix'
import { orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import type { SocketFacts } from '../facts.ts'

/** Where a listening Unix socket can be asked, or why it can't. */
export type UnixPlace = { path: string } | { why: string }

/**
 * Inode of a bound socket's file, by the socket's own: what `ss -xleH` prints of UNIX_DIAG_VFS (sock_diag(7)) as "ino:".
 * The path stands in front as the kernel has it, blanks included, so numbers are looked for from the end.
 */
export function fileInodes(text: string): Map<string, string> {
  const inodes = new Map<string, string>()
  for (const line of text.split('\n')) {
    const match = / (\d+) +\* +0 .*\bino:(\d+) dev:\d+\/\d+[^:]*(?:peers:\s*)?$/.exec(line)
    if (match) inodes.set(match[1] as string, match[2] as string)
  }
  return inodes
}

/** The same of a host; empty where it can't be told. */
export async function socketFiles(host: Host): Promise<Map<string, string>> {
  return fileInodes((await host.run(['ss', '-xleH'])).stdout)
}

/** The inode of the socket that lies at a path, links followed; undefined where none does. */
export async function inodeOfSocket(host: Host, path: string): Promise<string | undefined> {
  const real = await host.resolve(path).catch(orElse(undefined))
  const stat = real === undefined ? undefined : await host.stat(real).catch(orElse(undefined))
  return stat?.kind === 'socket' ? stat.inode : undefined
}

/** The file of that inode in a folder: a socket that was renamed stays where rename(2) is cheap. */
async function inFolder(host: Host, folder: string, inode: string): Promise<string | undefined> {
  for (const name of await host.list(folder).catch(orElse([]))) {
    const path = join(folder, name)
    if ((await inodeOfSocket(host, path)) === inode) return path
  }
  return undefined
}

/**
 * The present path of a Unix socket. The kernel's table keeps the name of bind(2), which a rename or an unlink does not
 * change, and which is relative to the root of its creator. A path that now belongs to another socket is not used.
 * `files` is what socketFiles() found.
 */
export async function whereItLeads(
  host: Host,
  socket: Pick<SocketFacts, 'address' | 'inode'>,
  roots: readonly string[],
  files: ReadonlyMap<string, string>,
): Promise<UnixPlace> {
  const { address, inode } = socket
  const file = files.get(inode)
  const names = [...new Set(['/', ...roots].map((root) => join('/', root, address)))]
  for (const path of names) {
    const there = await inodeOfSocket(host, path)
    if (there !== undefined && (file === undefined || there === file)) return { path }
  }
  if (file === undefined) return { why: 'its file was moved, and hardenctl cannot tell where' }
  for (const path of names) {
    const found = await inFolder(host, dirname(path), file)
    if (found !== undefined) return { path: found }
  }
  return { why: 'its file was removed, or is in another root' }
}
