import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CommandResult } from './kit/command.ts'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { leftovers, show } from './kit/subjects.ts'

describe.skipIf(skipLab())(labTitle('hardenctl --stages filesystem --watch-seconds 1'), () => {
  let lab: Lab
  let walk: CommandResult

  beforeAll(async () => {
    lab = await bootLab({ services: ['apache2'] })
    const argv = ['apache2', '--yes', '--no-rehearsal', '--stages', 'filesystem', '--watch-seconds', '1']
    walk = await lab.run(['hardenctl', ...argv], { timeoutMs: 120_000 })
  })
  afterAll(() => lab?.stop())

  it('keeps that stage, and names each other one as not asked for', async () => {
    expect(walk).toMatchObject({ exitCode: 0, stderr: '' })
    expect(walk.stdout).toContain('  Filesystem: kept, ')
    for (const title of ['Capabilities', 'User switch', 'System restrictions', 'System calls'])
      expect(walk.stdout).toMatch(new RegExp(`^ {2}${title}: skipped, .* \\(not asked for\\)$`, 'm'))
    expect(await show(lab, 'apache2', 'ProtectSystem')).toBe('strict')
    expect(await show(lab, 'apache2', 'LockPersonality')).toBe('no')
    expect(await leftovers(lab)).toEqual([])
  })

  it('watches the service as long as it was told to', async () => {
    const ms = Number(/^ {2}ok watch (\d+) ms$/m.exec(walk.stdout)?.[1])
    expect(ms).toBeGreaterThanOrEqual(1000)
    expect(ms).toBeLessThan(9000)
  })

  it('tells for the whole host what is kept, since when, and by which proof', async () => {
    const status = await lab.run(['hardenctl', 'status'])
    expect(status).toMatchObject({ exitCode: 0, stderr: '' })
    expect(status.stdout).toMatch(/^apache2\.service: exposure 9\.2 before, \d\.\d now; in force$/m)
    expect(status.stdout).toMatch(/^ {2}Kept since \d{4}-\d\d-\d\d \d\d:\d\d UTC: Filesystem$/m)
    expect(status.stdout).toMatch(/^ {2}Proven live by a restart, [1-9]\d* checks? and no exercises?\./m)
    expect(status.stdout).toContain('unit files that are here now.')
  })

  it('tells what is not in force any more, and that the proof is older than the unit', async () => {
    const path = '/etc/systemd/system/apache2.service.d/zzz-later.conf'
    await lab.write(path, '[Service]\nProtectSystem=no\n')
    await lab.output(['systemctl', 'daemon-reload'])
    const status = await lab.run(['hardenctl', 'status'])
    expect(status.exitCode).toBe(1)
    expect(status.stdout).toContain('; NOT IN FORCE: ProtectSystem')
    expect(status.stdout).toContain("is older than what it was made with: the unit's own files were changed.")
    const audit = await lab.output(['hardenctl', 'audit', '--json', 'apache2'])
    expect(JSON.parse(audit).services[0].kept).toMatchObject({ stages: ['filesystem'], in_force: false })
  })
})
