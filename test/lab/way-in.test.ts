import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Terminal } from '../terminal/driver.ts'
import type { Lab } from './lab.ts'
import { labTitle, skipLab } from './problem.ts'
import { openReal, USE } from './real/run.ts'
import { type RealService, realServices } from './real/services.ts'
import { keptDropIn } from './subjects.ts'

/** Since OpenSSH 9.8 its listener has nothing of PAM in it. */
const SSH = realServices('trixie').find(({ name }) => name === 'ssh') as RealService

/** The first stage's first row, ticked by hand, up to the question whether it is kept. */
async function openAtKeep(lab: Lab): Promise<Terminal> {
  const wizard = lab.spawnPty(['hardenctl', 'ssh', '--no-rehearsal'], { columns: 80, rows: 24 })
  await wizard.waitFor('Enter measure', 30_000)
  await wizard.press('enter')
  // Nothing of it is recommended: sessions inherit it.
  await wizard.waitFor('Enter go on unchanged', 30_000)
  await wizard.press('space')
  await wizard.waitFor('Enter review')
  await wizard.press('enter')
  await wizard.waitFor('Enter do it', 20_000)
  await wizard.press('enter')
  await wizard.waitFor('way into this machine', 60_000)
  return wizard
}

describe.skipIf(skipLab())(labTitle('a way into the machine'), () => {
  let lab: Lab
  beforeAll(async () => {
    lab = await openReal(SSH)
  })
  afterAll(() => lab?.stop())

  it('is kept once somebody has logged in, and not by Enter before', async () => {
    const wizard = await openAtKeep(lab)
    await wizard.waitFor('Log in once more from another terminal now')
    expect(wizard.screen()).not.toContain('▸ Keep it')
    await lab.output([USE])
    await wizard.waitFor(/A new login by probe was seen \d+ s ago/)
    await wizard.waitFor('▸ Keep it')
    await wizard.waitFor('Enter answer')
    await wizard.press('enter')
    await expect.poll(() => keptDropIn(lab, 'ssh.service'), { timeout: 10_000 }).toBeDefined()
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
