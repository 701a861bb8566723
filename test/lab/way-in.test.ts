import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Terminal } from '../terminal/driver.ts'
import type { Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { keptDropIn } from './kit/subjects.ts'
import type { RealService } from './real/real-service.ts'
import { openReal, USE } from './real/run.ts'
import { realServices } from './real/services.ts'

/** Since OpenSSH 9.8 its listener has nothing of PAM in it. */
const SSH = realServices('trixie').find(({ name }) => name === 'ssh') as RealService

/** Lets an account in only where a capability is there that no greeting and no key exchange asks for. */
const GATE = `#!/bin/sh
caps=$(/usr/bin/awk '/^CapEff/ { print $2 }' /proc/self/status)
/sbin/capsh --decode="$caps" | /bin/grep -q cap_sys_boot
`
const GATED = "sed -i '1i account requisite pam_exec.so quiet /usr/local/bin/gate' /etc/pam.d/sshd"

/** Ticks the first row of the stage on the screen and has it tried. */
async function applyFirstRow(wizard: Terminal): Promise<void> {
  // Nothing of it is recommended: sessions inherit it.
  await wizard.waitFor('Enter continue unchanged', 30_000)
  await wizard.press('space')
  await wizard.waitFor('Enter review')
  await wizard.press('enter')
  await wizard.waitFor('Enter do it', 20_000)
  await wizard.press('enter')
}

/** Up to the question whether it is kept. */
async function asksForLogin(wizard: Terminal): Promise<void> {
  await wizard.waitFor('Log in again now from another terminal', 60_000)
  await wizard.waitFor('▸ Roll back')
}

/** Longer than between two looks for a login. */
const LOOKS_MS = 4000

describe.skipIf(skipLab())(labTitle('a way into the machine'), () => {
  let lab: Lab
  beforeAll(async () => {
    lab = await openReal(SSH)
    await lab.write('/usr/local/bin/gate', GATE)
    await lab.output(['chmod', '755', '/usr/local/bin/gate'])
    await lab.output(['sh', '-c', GATED])
    await lab.output([USE])
  })
  afterAll(() => lab?.stop())

  let wizard: Terminal
  it('is not kept where its probes answer and nobody gets in any more', async () => {
    wizard = lab.spawnPty(['hardenctl', 'ssh', '--no-rehearsal'], { columns: 80, rows: 24 })
    await wizard.waitFor('Enter measure', 30_000)
    await wizard.press('enter')
    await applyFirstRow(wizard)
    // Each connection needs it, which the key exchange tells without a clone.
    await wizard.waitFor('let the service keep CAP_SYS_CHROOT', 60_000)
    await wizard.waitFor('Enter do it')
    await wizard.press('enter')
    await wizard.waitFor('Enter review', 20_000)
    await wizard.press('enter')
    await wizard.waitFor('Apply to the live service', 20_000)
    await wizard.waitFor('Enter do it')
    await wizard.press('enter')
    await asksForLogin(wizard)
    expect((await lab.run([USE])).exitCode).not.toBe(0)
    await pause(LOOKS_MS)
    expect(wizard.screen().join('\n')).toContain('Log in again now from another terminal')
    await wizard.press('escape')
    await wizard.waitFor('stage 3 of 5', 30_000)
    await lab.output([USE])
  })

  it('is kept once somebody has logged in', async () => {
    await applyFirstRow(wizard)
    await asksForLogin(wizard)
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
