import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Terminal } from '../terminal/driver.ts'
import type { Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { keptDropIn } from './kit/subjects.ts'
import { openReal, USE } from './real/run.ts'
import { type RealService, realServices } from './real/services.ts'

/** Since OpenSSH 9.8 its listener has nothing of PAM in it. */
const SSH = realServices('trixie').find(({ name }) => name === 'ssh') as RealService

/** Ticks the first row of the stage on the screen, up to the question whether it is kept. */
async function tryFirstRow(wizard: Terminal): Promise<void> {
  // Nothing of it is recommended: sessions inherit it.
  await wizard.waitFor('Enter continue unchanged', 30_000)
  await wizard.press('space')
  await wizard.waitFor('Enter review')
  await wizard.press('enter')
  await wizard.waitFor('Enter do it', 20_000)
  await wizard.press('enter')
  await wizard.waitFor('Log in again now from another terminal', 60_000)
  await wizard.waitFor('▸ Roll back')
}

/** Longer than between two looks for a login. */
const LOOKS_MS = 4000

describe.skipIf(skipLab())(labTitle('a way into the machine'), () => {
  let lab: Lab
  beforeAll(async () => {
    lab = await openReal(SSH)
  })
  afterAll(() => lab?.stop())

  let wizard: Terminal
  it('is not kept where its probes answer and nobody gets in any more', async () => {
    wizard = lab.spawnPty(['hardenctl', 'ssh', '--no-rehearsal'], { columns: 80, rows: 24 })
    await wizard.waitFor('Enter measure', 30_000)
    await wizard.press('enter')
    // Without a clone nothing shows that it needs CAP_SYS_CHROOT for each connection.
    await tryFirstRow(wizard)
    expect((await lab.run([USE])).exitCode).not.toBe(0)
    await pause(LOOKS_MS)
    expect(wizard.screen().join('\n')).toContain('Log in again now from another terminal')
    await wizard.press('escape')
    await wizard.waitFor('stage 3 of 5', 30_000)
    await lab.output([USE])
  })

  it('is kept once somebody has logged in', async () => {
    await tryFirstRow(wizard)
    await lab.output([USE])
    await wizard.waitFor(/hardenctl saw probe log in \d+ s ago/)
    await wizard.waitFor('▸ Keep it')
    await wizard.waitFor('Enter answer')
    await wizard.press('enter')
    await expect.poll(() => keptDropIn(lab, 'ssh.service'), { timeout: 10_000 }).toContain('ProtectSystem=')
    await wizard.waitFor('stage 4 of 5', 30_000)
    wizard.kill('SIGINT')
    await wizard.ended(30_000)
    await lab.output([USE])
  })

  it('gets nothing unasked, since sessions inherit it', async () => {
    const before = await keptDropIn(lab, 'ssh.service')
    const walk = await lab.run(['hardenctl', 'ssh', '--yes', '--no-rehearsal'], { timeoutMs: 60_000 })
    expect(walk.exitCode).toBe(0)
    expect(walk.stdout).not.toContain(': kept,')
    expect(await keptDropIn(lab, 'ssh.service')).toBe(before)
  })
})
