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
})
