import { afterEach, describe, expect, it } from 'vitest'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { watchWalk } from './kit/once-run.ts'
import { leftovers } from './kit/subjects.ts'

// nginx has its logs in /var, which on btrfs is a subvolume without a mount of its own: its files have another device
// than the mount that they are on.
describe.skipIf(skipLab())(labTitle('a host whose root is'), () => {
  let lab: Lab
  afterEach(() => lab?.stop())

  it.each(['btrfs', 'xfs', 'ext4', 'tmpfs'] as const)(
    '%s is cloned, and a service of it walked there first',
    async (rootType) => {
      lab = await bootLab({ suite: 'trixie', rootType, services: ['nginx.service'] })
      const type = await lab.output(['findmnt', '--noheadings', '--output=FSTYPE', '/'])
      expect(type.trim()).toBe(rootType)
      const { walk, after, starts } = await watchWalk(lab, 'nginx.service', ['nginx', '--yes'])
      expect(walk, walk.stdout).toMatchObject({ exitCode: 0, stderr: '' })
      expect(walk.stdout.match(/kept,.*rehearsed first in a clone/g), walk.stdout).toHaveLength(5)
      expect(starts).toEqual({ started: 6, failed: 0 })
      expect(after, walk.stdout).toBeLessThanOrEqual(15)
      expect((await lab.run(['hardenctl', 'status', 'nginx'])).exitCode).toBe(0)
      await lab.output(['hardenctl', 'undo', 'nginx'], { timeoutMs: 60_000 })
      await lab.output(['curl', '--silent', '--fail', 'http://127.0.0.1/'])
      expect(await leftovers(lab)).toEqual([])
    },
    260_000,
  )
})
