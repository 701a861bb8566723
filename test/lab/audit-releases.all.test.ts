import { describe, expect, test } from 'vitest'
import { auditSchema } from '../../src/session/audit/report.ts'
import { bootLab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'

const PACKAGES = ['cron', 'nginx', 'openssh-server']

/** The releases beside those of audit.test.ts: 247, whose systemd-analyze prints no JSON, and the newest. */
describe.skipIf(skipLab())(labTitle('audit on other releases'), () => {
  test.each(['bullseye', 'sid'])(
    'scores every service as systemd-analyze does: %s',
    async (suite) => {
      const lab = await bootLab({ suite, packages: PACKAGES, services: ['nginx.service'] })
      try {
        const table = await lab.output(['systemd-analyze', 'security', '--no-pager'])
        const { services } = auditSchema.parse(JSON.parse(await lab.output(['hardenctl', 'audit', '--json'])))
        const ours = new Map(services.map(({ unit, exposure }) => [unit, exposure]))
        const theirs = [...table.matchAll(/^(\S+\.service)\s+(\d+\.\d) /gm)]
        expect(theirs.length).toBeGreaterThan(10)
        expect(theirs.map(([, unit = '']) => [unit, ours.get(unit)])).toEqual(
          theirs.map(([, unit, score]) => [unit, Number(score)]),
        )
        const guide = await lab.output(['hardenctl', 'audit', 'nginx'])
        expect(guide).not.toContain('hardenctl does not know this check')
        expect(guide).toContain('→ would set PrivateDevices=yes.')
      } finally {
        await lab.stop()
      }
    },
    600_000,
  )
})
