import {
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { filesBelow } from '../../../src/host/files.ts'
import type { FileStat } from '../../../src/host/host.ts'
import { readPinned } from '../../../src/host/pinned.ts'
import { IS_ROOT, temporaryFolder } from './temporary.ts'

const here = filesBelow('')
const THEIRS = { uid: 54321, gid: 54321, mode: 0o640 }

async function known(path: string): Promise<FileStat> {
  return (await here.stat(path)) as FileStat
}

function owner(path: string): string {
  const { uid, gid, mode } = lstatSync(path)
  return `${uid}:${gid} ${(mode & 0o7777).toString(8)}`
}

/** Swaps a folder and a link to another folder as fast as it can, until told to stop. */
const SWAPPER = `
const { renameSync, symlinkSync } = require('node:fs')
const { workerData } = require('node:worker_threads')
const { folder, outside, flag } = workerData
const stop = new Int32Array(flag)
symlinkSync(outside, folder + '.link')
Atomics.store(stop, 1, 1)
while (Atomics.load(stop, 0) === 0) {
  renameSync(folder, folder + '.aside')
  renameSync(folder + '.link', folder)
  renameSync(folder, folder + '.link')
  renameSync(folder + '.aside', folder)
}
`

describe('a file that is read pinned', () => {
  const folder = temporaryFolder()
  const file = join(folder, 'file')
  const link = join(folder, 'link')
  writeFileSync(file, 'abcdef')
  symlinkSync(file, link)
  symlinkSync(folder, join(folder, 'round'))

  it('is read up to the limit', async () => {
    expect(Buffer.from((await readPinned(file, 4)) ?? '').toString()).toBe('abcd')
    expect(Buffer.from((await readPinned(file, 10)) ?? '').toString()).toBe('abcdef')
  })

  it.each([folder, link, '/dev/zero'])('is not %s', async (path) => {
    expect(await readPinned(path, 10)).toBeUndefined()
  })

  it('is not behind a link, and not missing', async () => {
    await expect(readPinned(join(folder, 'round/file'), 10)).rejects.toThrow('not what it was')
    await expect(readPinned(join(folder, 'none'), 10)).rejects.toThrow('none is missing')
  })
})

describe.skipIf(!IS_ROOT)('a change of owner (needs root)', () => {
  it('sets owner and mode, the set-user-ID bits too, which a change of owner takes away', async () => {
    const file = join(temporaryFolder(), 'file')
    writeFileSync(file, '')
    await here.changeOwner(file, await known(file), { ...THEIRS, mode: 0o4750 })
    expect(owner(file)).toBe('54321:54321 4750')
  })

  it.each([
    ['a file that was replaced', 'ESTALE', (file: string) => renameSync(`${file}.new`, file)],
    ['a file swapped for a link', 'ESTALE', (file: string) => renameSync(`${file}.link`, file)],
    ['a file swapped for a folder', 'ESTALE', (file: string) => renameSync(`${file}.folder`, file)],
    ['a file that has gone', 'ENOENT', (_: string) => undefined],
    ['a file with a second name', 'EMLINK', (file: string) => linkSync(`${file}.old`, file)],
  ])('refuses %s', async (_, code, swap) => {
    const file = join(temporaryFolder(), 'file')
    writeFileSync(file, '')
    writeFileSync(`${file}.new`, '')
    mkdirSync(`${file}.folder`)
    symlinkSync(`${file}.new`, `${file}.link`)
    const expected = await known(file)
    // Renamed, not removed: its inode must not come again.
    renameSync(file, `${file}.old`)
    swap(file)
    await expect(here.changeOwner(file, expected, THEIRS)).rejects.toMatchObject({ code })
    const names = readdirSync(dirname(file)).map((name) => join(dirname(file), name))
    expect(names.filter((name) => lstatSync(name).uid !== 0)).toEqual([])
  })

  it('refuses a link anywhere in the path', async () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'real'))
    writeFileSync(join(folder, 'real/file'), '')
    symlinkSync('real', join(folder, 'way'))
    const expected = await known(join(folder, 'real/file'))
    await expect(here.changeOwner(join(folder, 'way/file'), expected, THEIRS)).rejects.toThrow(
      /way is missing/,
    )
    expect(lstatSync(join(folder, 'real/file')).uid).toBe(0)
  })

  it.each(['relative/path', '/a/../etc/passwd', '/./etc/passwd'])('refuses the path %s', async (path) => {
    const expected = await known('/etc/passwd')
    await expect(here.changeOwner(path, expected, THEIRS)).rejects.toMatchObject({ code: 'EINVAL' })
  })

  it('never reaches the file outside while somebody swaps the folder for a link', async () => {
    const base = temporaryFolder()
    const [folder, outside] = [join(base, 'folder'), join(base, 'outside')]
    for (const path of [folder, outside]) mkdirSync(path)
    writeFileSync(join(folder, 'file'), '')
    // The same inode by another name would be refused for that alone: this is the secret of somebody else.
    writeFileSync(join(outside, 'file'), '')
    const expected = await known(join(folder, 'file'))
    const flag = new SharedArrayBuffer(8)
    const stop = new Int32Array(flag)
    const worker = new Worker(SWAPPER, { eval: true, workerData: { folder, outside, flag } })
    while (Atomics.load(stop, 1) === 0) await new Promise((resolve) => setImmediate(resolve))
    const seen = { changed: 0, refused: 0 }
    const begun = performance.now()
    // On a busy machine the same number of tries takes longer.
    const enough = () => Math.min(seen.changed, seen.refused) > 10 && seen.changed + seen.refused > 1000
    while (performance.now() < begun + (enough() ? 2000 : 15_000)) {
      chownSync(join(outside, 'file'), 0, 0)
      await here.changeOwner(join(folder, 'file'), expected, THEIRS).then(
        () => (seen.changed += 1),
        () => (seen.refused += 1),
      )
      if (lstatSync(join(outside, 'file')).uid !== 0) break
    }
    Atomics.store(stop, 0, 1)
    await new Promise((resolve) => worker.once('exit', resolve))
    expect(owner(join(outside, 'file'))).toBe('0:0 644')
    // Both happened, or nothing was tried.
    expect(Math.min(seen.changed, seen.refused)).toBeGreaterThan(10)
    expect(seen.changed + seen.refused).toBeGreaterThan(1000)
  }, 20_000)
})
