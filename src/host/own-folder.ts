import { constants } from 'node:fs'
import { mkdir, open, readdir } from 'node:fs/promises'
import { ExpectedError, isSystemError } from './errors.ts'

async function makeIfMissing(path: string, mode: number): Promise<void> {
  try {
    await mkdir(path, { mode })
  } catch (error) {
    if (!isSystemError(error)) throw error
    if (error.code !== 'EEXIST') throw new ExpectedError(`${path} could not be made: ${error.message}`)
  }
}

/**
 * Works in a folder, which is made if it is not there, by a path that leads to exactly this folder, whoever may rename it.
 * Nobody else may write to it: what is in it could be exchanged for a link while root writes. Throws ExpectedError.
 */
export async function inOwnFolder(
  path: string,
  mode: number,
  work: (folder: string, names: readonly string[]) => Promise<void>,
): Promise<void> {
  await makeIfMissing(path, mode)
  const handle = await open(path, constants.O_DIRECTORY | constants.O_NOFOLLOW).catch(() => undefined)
  if (handle === undefined) throw new ExpectedError(`${path} is no folder, so nothing is written to it`)
  try {
    const { uid, mode: bits } = await handle.stat()
    if (uid !== process.getuid?.() || (bits & 0o022) !== 0)
      throw new ExpectedError(
        `${path} can be written by others than root, who could have root write elsewhere`,
        'Name a folder that is not there yet.',
      )
    const folder = `/proc/self/fd/${handle.fd}`
    await work(folder, await readdir(folder))
  } finally {
    await handle.close()
  }
}
