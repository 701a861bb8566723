import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { auditSchema } from '../../src/session/audit/report.ts'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'

const SERVICES = ['nginx.service', 'redis-server.service', 'cron.service', 'ssh.service']
/** Units that systemd-analyze and hardenctl count differently, and why. None is known. */
const KNOWN_DIFFERENCES: Readonly<Record<string, string>> = {}

const ACCEPTED = [
  'Accept=nginx PrivateNetwork= until=2999-12-31 It serves the network.',
  'Accept=cron * until=2020-01-01 It was to be replaced.',
].join('\n')

/** "nginx.service  9.6 UNSAFE  :-{" of the table of all services. */
function overallOf(table: string): Record<string, number> {
  const rows = table.matchAll(/^(\S+\.service)\s+(\d+\.\d) /gm)
  return Object.fromEntries([...rows].map(([, unit, score]) => [unit, Number(score)]))
}

describe.skipIf(skipLab())(labTitle('audit'), () => {
  describe.each(['bookworm', 'trixie'])('%s', (suite) => {
    let lab: Lab
    let invocations: string

    const running = () => lab.output(['systemctl', 'show', '-p', 'Id,InvocationID,NRestarts', ...SERVICES])
    const audit = async (...more: string[]) => {
      const { stdout } = await lab.run(['hardenctl', 'audit', '--json', ...more])
      return auditSchema.parse(JSON.parse(stdout))
    }

    beforeAll(async () => {
      lab = await bootLab({
        suite,
        services: SERVICES,
        files: { '/etc/hardenctl/accepted.d/web.conf': ACCEPTED },
      })
      invocations = await running()
    }, 240_000)
    afterAll(() => lab?.stop())

    test('scores every service as systemd-analyze does, and restarts none', async () => {
      const table = await lab.output(['systemd-analyze', 'security', '--no-pager'])
      const found = await audit()
      const ours = Object.fromEntries(found.services.map(({ unit, exposure }) => [unit, exposure]))
      const theirs = overallOf(table)
      expect(Object.keys(theirs).length).toBeGreaterThan(10)
      for (const [unit, score] of Object.entries(theirs))
        if (!(unit in KNOWN_DIFFERENCES)) expect(ours[unit], unit).toBe(score)

      const nginx = found.services.find(({ unit }) => unit === 'nginx.service')
      expect(nginx).toMatchObject({ state: 'running', account: 'root', obstacle: null, kept: null })
      expect(nginx?.network?.beyond_loopback).toContainEqual(
        expect.objectContaining({ transport: 'tcp', port: 80 }),
      )
      expect(nginx?.counted).toBeLessThan(nginx?.exposure ?? 0)
      expect(nginx?.prediction?.exposure).toBeLessThan(2.5)
      const redis = found.services.find(({ unit }) => unit === 'redis-server.service')
      expect(redis?.network).toEqual({ beyond_loopback: [], local: true })
      expect(found.services.find(({ unit }) => unit === 'getty@.service')?.state).toBe('template')
      expect(found.services[0]?.state).toBe('running')
      expect(found.expired).toMatchObject([{ unit: 'cron.service', until: '2020-01-01' }])
      expect(await running()).toBe(invocations)
    }, 120_000)

    // What no release changes is shown on one.
    if (suite !== 'trixie') return

    test('tells one service check by check, in the words and order of systemd-analyze', async () => {
      const json = await lab.output(['systemd-analyze', 'security', '--json=short', 'nginx.service'])
      const theirs: { name: string; description: string; set: boolean | null }[] = JSON.parse(json)
      const [nginx] = (await audit('nginx')).services
      expect(
        nginx?.checks?.map(({ name, description, passed }) => ({ name, description, set: passed })),
      ).toEqual(theirs.map(({ name, description, set }) => ({ name, description, set })))
      for (const check of nginx?.checks ?? [])
        if (check.passed === false) expect(check.hardenctl.why, check.name).not.toBe('')
      const { stdout } = await lab.run(['hardenctl', 'audit', 'nginx'])
      expect(stdout).toContain('nothing of it is proven')
      expect(stdout).toContain('accepted until 2999-12-31: It serves the network.')
    }, 60_000)

    test.each([
      { line: ['--threshold', '100', 'nginx'], code: 0 },
      { line: ['--threshold', '50', 'nginx'], code: 1 },
      { line: ['--sarif', 'nginx', 'redis-server'], code: 0 },
      { line: ['no-such-unit'], code: 1 },
      { line: ['--metrics', '/no/such/folder/x.prom', 'nginx'], code: 1 },
      { line: ['--threshold', '101'], code: 2 },
    ])(
      'ends with $code: $line',
      async ({ line, code }) => {
        const { exitCode, stdout } = await lab.run(['hardenctl', 'audit', ...line])
        expect(exitCode).toBe(code)
        if (line.includes('--sarif')) expect(JSON.parse(stdout).version).toBe('2.1.0')
      },
      60_000,
    )

    test('writes metrics whole, readable for all, and prints nothing', async () => {
      const { exitCode, stdout } = await lab.run(['hardenctl', 'audit', '--metrics', '/srv/x.prom', 'nginx'])
      expect([exitCode, stdout]).toEqual([0, ''])
      expect(await lab.read('/srv/x.prom')).toMatch(/^hardenctl_exposure\{unit="nginx.service"\} 9\.\d$/m)
      expect(await lab.output(['stat', '-c', '%a', '/srv/x.prom'])).toBe('644\n')
      expect((await lab.output(['ls', '-A', '/srv'])).trim()).toBe('x.prom')
    }, 60_000)

    test('does not believe exceptions that others could have written', async () => {
      await lab.output(['chmod', '666', '/etc/hardenctl/accepted.d/web.conf'])
      const { exitCode, stderr } = await lab.run(['hardenctl', 'audit', 'nginx'])
      expect([exitCode, stderr]).toEqual([1, expect.stringContaining('writable by others than root')])
    }, 60_000)
  })
})
