import { describe, expect, test } from 'vitest'
import { bootLab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { watchWalk } from './kit/once-run.ts'
import { answerOf, leftovers } from './kit/subjects.ts'

/** As in audit-releases, so that one root serves both. */
const PACKAGES = ['cron', 'nginx', 'openssh-server']

describe.skipIf(skipLab())(labTitle('a walk on other releases'), () => {
  // 262 has no pivot_root in util-linux.
  test.each([
    ['bullseye', '247'],
    ['sid', '262'],
  ])(
    'goes as far in clones as on those of Debian stable: %s, systemd %s',
    async (suite) => {
      const lab = await bootLab({ suite, packages: PACKAGES, services: ['nginx.service'] })
      try {
        const { walk, before, after, starts } = await watchWalk(lab, 'nginx.service', ['nginx', '--yes'])
        expect(walk, walk.stdout).toMatchObject({ exitCode: 0, stderr: '' })
        expect([before, after <= 15]).toEqual([96, true])
        expect(starts, walk.stdout).toEqual({ started: 6, failed: 0 })
        expect(walk.stdout.match(/rehearsed first in a clone/g)).toHaveLength(5)
        expect(await leftovers(lab)).toEqual([])
        expect((await lab.run(['hardenctl', 'status', 'nginx'])).exitCode).toBe(0)
        expect((await lab.run(['hardenctl', 'undo', 'nginx'], { timeoutMs: 100_000 })).exitCode).toBe(0)
        expect(await answerOf(lab)).toBe('200')
      } finally {
        await lab.stop()
      }
    },
    600_000,
  )
})
