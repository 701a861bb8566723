import { chmodSync, lstatSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { askPrivately, listenPrivately } from '../../../src/host/private-socket.ts'
import { IS_ROOT, temporaryFolder } from './temporary.ts'

/** Longer than the path of a socket may be. */
const DEEP = 'a-unit-with-a-long-name-'.repeat(8)

function folderOf(mode: number): string {
  const folder = join(temporaryFolder(), DEEP)
  mkdirSync(folder)
  chmodSync(folder, mode)
  return folder
}

describe.skipIf(!IS_ROOT)('a private socket', () => {
  it('answers a line, for root alone, however long its path is, and leaves nothing', async () => {
    const folder = folderOf(0o700)
    const socket = await listenPrivately(folder, 'question', ({ text, answer }) => answer(`heard ${text}`))
    expect(lstatSync(join(folder, 'question')).mode & 0o777).toBe(0o600)
    expect(await askPrivately(folder, 'question', 'confirm')).toBe('heard confirm')
    socket.close()
    expect(await askPrivately(folder, 'question', 'confirm')).toBeUndefined()
    expect(lstatSync(join(folder, 'question'), { throwIfNoEntry: false })).toBeUndefined()
  })

  it('takes the place of one whose process was killed', async () => {
    const folder = folderOf(0o700)
    await listenPrivately(folder, 'question', () => undefined)
    const socket = await listenPrivately(folder, 'question', ({ answer }) => answer('here'))
    expect(await askPrivately(folder, 'question', 'x')).toBe('here')
    socket.close()
  })

  it('of who goes away without a word is no answer', async () => {
    const folder = folderOf(0o700)
    const socket = await listenPrivately(folder, 'question', () => undefined)
    expect(await askPrivately(folder, 'question', 'x'.repeat(300))).toBeUndefined()
    socket.close()
  })

  it.each([0o755, 0o770])('is not opened in a folder of mode %o', async (mode) => {
    const folder = folderOf(mode)
    await expect(listenPrivately(folder, 'question', () => undefined)).rejects.toThrow(folder)
    await expect(askPrivately(folder, 'question', 'x')).rejects.toThrow(folder)
  })
})
