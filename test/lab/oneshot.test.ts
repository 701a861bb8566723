import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { oneshot, WORK } from './kit/services/oneshots.ts'
import { keptDropIn, leftovers, show, within } from './kit/subjects.ts'
import { walked } from './kit/walked.ts'

/** Only a clone has its own layers below /run/host: on the live host it fails under what was proven there. */
const PICKY = oneshot('test -e /run/host/layers || ! grep -q "NoNewPrivs:.1" /proc/self/status')
const HOPELESS = oneshot('echo no tape >&2; exit 3')

describe.skipIf(skipLab())(labTitle('a unit that does its work and ends'), () => {
  let lab: Lab

  beforeAll(async () => {
    lab = await bootLab({
      files: {
        '/etc/systemd/system/picky.service': PICKY,
        '/etc/systemd/system/hopeless.service': HOPELESS,
      },
      setup: [['systemctl', 'daemon-reload']],
    })
  })
  afterAll(() => lab?.stop())

  it('is not started, and undone by systemd if its next run fails', { timeout: 180_000 }, async () => {
    const { stdout, kept } = await walked(lab, 'picky', ['--stages', 'system', ...WORK], 150_000)
    expect(kept).toContain('NoNewPrivileges=yes')
    expect(stdout).toContain('It was not started on this host')
    expect(await show(lab, 'picky', 'ExecMainStartTimestampMonotonic')).toBe('0')
    const status = await lab.run(['hardenctl', 'status', 'picky'])
    expect(status.stdout).toContain('if its next run fails')

    expect((await lab.run(['systemctl', 'start', 'picky'])).exitCode).toBe(1)
    const back = await within(20_000, async () => (await leftovers(lab)).length === 0)
    const log = await lab.output(['journalctl', '-q', '-u', 'picky', '-u', 'hardenctl-standby-picky'])
    expect(back, log).toBe(true)
    expect(await keptDropIn(lab, 'picky.service')).toBeUndefined()
    expect(log).toContain('picky.service runs again without it')
    expect(await show(lab, 'picky', 'ActiveState')).toBe('inactive')
  })

  it('that fails without hardening is told so', async () => {
    const { exitCode, stderr } = await lab.run(['hardenctl', 'hopeless', '--yes'], { timeoutMs: 60_000 })
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/no clone can run it: .*exit status 3.*no tape/)
    expect(await show(lab, 'hopeless', 'ActiveState')).toBe('inactive')
  })
})
