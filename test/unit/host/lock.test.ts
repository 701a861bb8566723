import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { expect, it } from 'vitest'
import { type Lock, lockFolder } from '../../../src/host/lock.ts'
import { pause, temporaryFolder } from './temporary.ts'

/** Of all processes; a small system has no ps. */
function commandLines(): string[] {
  const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return ids.map((id) => {
    try {
      return readFileSync(`/proc/${id}/cmdline`, 'utf8')
    } catch {
      return ''
    }
  })
}

/** The holder lets go a moment after it was told to. */
async function lockSoon(folder: string): Promise<Lock | undefined> {
  for (let tries = 0; tries < 50; tries += 1) {
    const lock = await lockFolder(folder)
    if (lock !== undefined) return lock
    await pause(50)
  }
  return undefined
}

it('is had by one at a time, and leaves no file in the folder', async () => {
  const folder = temporaryFolder()
  const first = await lockFolder(folder)
  expect(first).toBeDefined()
  expect(await lockFolder(folder)).toBeUndefined()
  first?.release()
  const second = await lockSoon(folder)
  expect(second).toBeDefined()
  expect(readdirSync(folder)).toEqual([])
  second?.release()
})

it('of one folder does not hinder the work on another', async () => {
  const [one, other] = await Promise.all([temporaryFolder(), temporaryFolder()].map(lockFolder))
  expect(one && other).toBeDefined()
  one?.release()
  other?.release()
})

it('says so when the folder is not there', async () => {
  await expect(lockFolder(join(temporaryFolder(), 'missing'))).rejects.toThrow(/cannot lock/)
})

it('ends with a kill -9 of who holds it', async () => {
  const folder = temporaryFolder()
  const bundle = join(temporaryFolder(), 'lock.mjs')
  const source = new URL('../../../src/host/lock.ts', import.meta.url).pathname
  await build({ entryPoints: [source], outfile: bundle, bundle: true, platform: 'node', format: 'esm' })
  const script = `
    import { lockFolder } from ${JSON.stringify(bundle)}
    await lockFolder(${JSON.stringify(folder)})
    console.log('held')
    setInterval(() => {}, 1000)`
  const holder = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise((resolve) => holder.stdout.once('data', resolve))
  expect(await lockFolder(folder)).toBeUndefined()
  holder.kill('SIGKILL')
  const lock = await lockSoon(folder)
  expect(lock).toBeDefined()
  lock?.release()
  await pause(100)
  expect(commandLines().filter((line) => line.includes('flock') && line.includes(folder))).toEqual([])
})
