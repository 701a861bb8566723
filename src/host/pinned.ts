import { constants } from 'node:fs'
import { chmod, chown, type FileHandle, open } from 'node:fs/promises'
import { isSystemError } from './errors.ts'
import { type FileStat, HostError, type Ownership } from './host.ts'
import { readUpTo } from './read-up-to.ts'
import { fileStat } from './stat.ts'

/** open(2): names a file without opening it. Node has no constant for it; 0o10000000 on x86-64, arm64 and riscv. */
const O_PATH = 0o10000000

/**
 * Opens a path one component at a time, each in the directory that is already open, so a directory that is replaced by
 * a link in between leads nowhere: open(2), O_NOFOLLOW and O_PATH. `root` is '' or a directory such as /proc/PID/root
 * that replaces '/'.
 */
async function openPinned(root: string, path: string): Promise<FileHandle> {
  const names = path.split('/').filter((name) => name !== '')
  if (!path.startsWith('/') || names.some((name) => name === '.' || name === '..')) {
    throw new HostError(`${path} is not a plain absolute path`, 'EINVAL')
  }
  let here = await open(root === '' ? '/' : `${root}/`, O_PATH | constants.O_DIRECTORY)
  for (const [index, name] of names.entries()) {
    const last = index === names.length - 1
    const flags = O_PATH | constants.O_NOFOLLOW | (last ? 0 : constants.O_DIRECTORY)
    try {
      const next = await open(`/proc/self/fd/${here.fd}/${name}`, flags)
      await here.close()
      here = next
    } catch (error) {
      await here.close()
      if (!isSystemError(error)) throw error
      throw new HostError(`${path}: ${name} is missing, or not what it was`, error.code ?? 'EIO')
    }
  }
  return here
}

/** See Host.changeOwner. A file with a second hard link is refused: the other name may be somebody else's. */
export async function changeOwnerPinned(
  root: string,
  path: string,
  expected: FileStat,
  wanted: Ownership,
): Promise<void> {
  const handle = await openPinned(root, path)
  try {
    const found = fileStat(await handle.stat({ bigint: true }))
    const same =
      found.inode === expected.inode && found.device === expected.device && found.kind === expected.kind
    if (!same || found.kind === 'link') throw new HostError(`${path} was replaced meanwhile`, 'ESTALE')
    if (found.kind === 'file' && found.links > 1) {
      throw new HostError(`${path} has ${found.links} hard links and is left alone`, 'EMLINK')
    }
    const self = `/proc/self/fd/${handle.fd}`
    await chown(self, wanted.uid, wanted.gid)
    await chmod(self, wanted.mode)
  } finally {
    await handle.close()
  }
}

/**
 * At most `limit` bytes of exactly the regular file at this path of the live host, which nobody can exchange for a device
 * or a pipe meanwhile; undefined for anything else. No link is followed in any component. Throws HostError.
 */
export async function readPinned(path: string, limit: number): Promise<Uint8Array | undefined> {
  const handle = await openPinned('', path)
  try {
    const isFile = (await handle.stat()).isFile()
    return isFile ? await readUpTo(`/proc/self/fd/${handle.fd}`, limit) : undefined
  } finally {
    await handle.close()
  }
}
