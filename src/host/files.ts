import { lstat, mkdir, open, readdir, readlink, rename, rm, rmdir, stat, unlink } from 'node:fs/promises'
import { basename, dirname, join, normalize } from 'node:path'
import { isSystemError, orElse, reasonOf } from './errors.ts'
import { type FileStat, type Host, HostError, type Ownership } from './host.ts'
import { changeOwnerPinned } from './pinned.ts'
import { readUpTo } from './read-up-to.ts'
import { fileStat } from './stat.ts'

type Files = Omit<Host, 'name' | 'isClone' | 'manager' | 'run' | 'probe' | 'groupMembers' | 'kernelProcesses'>

/** Errors that mean "there is nothing": also a process that ends while its /proc files are read (ESRCH). */
const ABSENT = new Set(['ENOENT', 'ENOTDIR', 'ESRCH'])

/** The error in the form that callers of a host expect, with the failed action in front; a bug stays as it is. */
function hostError(error: unknown, what?: string): unknown {
  if (!isSystemError(error)) return error
  return new HostError(what === undefined ? error.message : `${what}: ${error.message}`, error.code ?? 'EIO')
}

async function orHostError<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw hostError(error)
  }
}

async function absent<T>(work: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await orHostError(work)
  } catch (error) {
    if (error instanceof HostError && ABSENT.has(error.code)) return otherwise
    throw error
  }
}

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** The temporary name is fixed, so that a clean-up after a kill knows what to remove. */
export function temporaryName(path: string): string {
  return join(dirname(path), `.${basename(path)}.hardenctl-new`)
}

async function writeAtomically(path: string, text: string, mode: number): Promise<void> {
  const temporary = temporaryName(path)
  await rm(temporary, { force: true })
  try {
    const handle = await open(temporary, 'wx', 0o600)
    try {
      await handle.writeFile(text)
      await handle.chmod(mode)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, path)
    await syncFolder(dirname(path))
  } catch (error) {
    // The reason of the failed write says more than that of the failed removal.
    await rm(temporary, { force: true }).catch(() => undefined)
    throw hostError(error, `${path} could not be written`)
  }
}

/** Files of the kernel, of which none is a pipe, and which are read by the thousand. */
const OF_KERNEL = /^\/(?:proc|sys)\//

/**
 * Whether reading could wait for ever, or take from somebody what was meant for them: fifo(7). A writer may wait in
 * open(2) for its reader, so a pipe is not even opened.
 */
async function isPipe(path: string, file: string): Promise<boolean> {
  if (OF_KERNEL.test(path)) return false
  return (await absent(stat(file), undefined))?.isFIFO() === true
}

const MAX_LINKS = 40

interface Walked {
  /** The path with links followed as far as it exists; the rest after the first missing name stays. */
  real: string
  missing: boolean
}

/**
 * Follows links below `root` as a process chrooted there would: the kernel would follow an absolute link from
 * the caller's own root. With root '' it is a plain realpath.
 */
async function walkBelow(root: string, path: string): Promise<Walked> {
  let rest = normalize(path).split('/').filter(Boolean)
  let done: string[] = []
  let links = 0
  while (rest.length > 0) {
    const name = rest[0] as string
    rest = rest.slice(1)
    if (name === '..') {
      done = done.slice(0, -1)
      continue
    }
    const here = `/${[...done, name].join('/')}`
    const stats = await absent(lstat(root + here), undefined)
    if (stats === undefined) return { real: [here, ...rest].join('/'), missing: true }
    if (!stats.isSymbolicLink()) {
      done.push(name)
      continue
    }
    links += 1
    if (links > MAX_LINKS) throw new HostError(`${path}: too many links`, 'ELOOP')
    const target = await absent(readlink(root + here), undefined)
    if (target === undefined) return { real: [here, ...rest].join('/'), missing: true }
    if (target.startsWith('/')) done = []
    rest = [...target.split('/').filter((part) => part !== '' && part !== '.'), ...rest]
  }
  return { real: `/${done.join('/')}`, missing: false }
}

async function resolveBelow(root: string, path: string): Promise<string | undefined> {
  try {
    const { real, missing } = await walkBelow(root, path)
    return missing ? undefined : real
  } catch (error) {
    if (error instanceof HostError && error.code === 'ELOOP') return undefined
    throw error
  }
}

/** Fast path: /proc files contain no symlinks, so skip the link walk. */
const OF_PROCESS =
  /^\/proc\/\d+\/(?:(?:stat|status|maps|cmdline|mountinfo)|(?:fd|fdinfo|net|task)(?:\/\w+)?)$/

/** File operations of a machine whose '/' is `root`: '' for the live host, /proc/PID/root for a clone. */
export function filesBelow(root: string): Files {
  /** The path as this process must name it; links in all but the last component followed inside `root`. */
  async function locate(path: string): Promise<string> {
    if (root === '' || OF_PROCESS.test(path)) return root + path
    const { real } = await walkBelow(root, dirname(path))
    return `${root}${real === '/' ? '' : real}/${basename(path)}`
  }
  async function follow(path: string): Promise<string> {
    if (root === '' || OF_PROCESS.test(path)) return root + path
    return root + (await walkBelow(root, path)).real
  }
  async function content(path: string, limit: number): Promise<Uint8Array | undefined> {
    const file = await follow(path)
    return (await isPipe(path, file)) ? undefined : readUpTo(file, limit)
  }
  return {
    async read(path) {
      const bytes = await absent(content(path, Number.MAX_SAFE_INTEGER), undefined)
      return bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8')
    },
    async readBytes(path, limit) {
      return content(path, limit).catch(orElse(undefined))
    },
    async list(path) {
      const names = await absent(readdir(await follow(path)), [])
      return names.sort()
    },
    async stat(path): Promise<FileStat | undefined> {
      const stats = await absent(lstat(await locate(path), { bigint: true }), undefined)
      return stats === undefined ? undefined : fileStat(stats)
    },
    async readlink(path) {
      return locate(path)
        .then((file) => readlink(file))
        .catch(orElse(undefined))
    },
    resolve: (path) => resolveBelow(root, path),
    async write(path, text, mode) {
      await writeAtomically(await locate(path), text, mode)
    },
    async makeDirectory(path, mode) {
      const real = await locate(path)
      await mkdir(real, { recursive: true, mode }).catch((error) => {
        reasonOf(error)
        // On a read-only file system the recursive one says ENOENT; the plain one says what is wrong.
        return orHostError(mkdir(real, { mode }))
      })
    },
    async remove(path) {
      const real = await locate(path)
      const stats = await absent(lstat(real), undefined)
      if (stats === undefined) return false
      await orHostError(stats.isDirectory() ? rmdir(real) : unlink(real))
      return true
    },
    changeOwner: (path: string, expected: FileStat, wanted: Ownership) =>
      changeOwnerPinned(root, path, expected, wanted),
  }
}
