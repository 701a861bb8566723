import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Plan, planSchema } from '../../src/session/plan/schema.ts'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { show } from './kit/subjects.ts'

const SERVER = `
import { createServer } from 'node:http'
createServer((_, response) => response.end('ok')).listen(8097, '127.0.0.1')
`
const UNIT = '[Service]\nUser=www-data\nExecStart=/usr/local/bin/node /opt/server.mjs\n'
const FILES = { '/opt/server.mjs': SERVER, '/etc/systemd/system/served.service': UNIT }

function boot(): Promise<Lab> {
  return bootLab({
    files: FILES,
    setup: [
      ['systemctl', 'daemon-reload'],
      ['systemctl', 'start', 'served'],
    ],
    ready: ['curl', '-sf', 'http://127.0.0.1:8097/'],
  })
}

describe.skipIf(skipLab())(labTitle('a plan'), () => {
  let lab: Lab
  let plan: Plan

  beforeAll(async () => {
    lab = await boot()
  })
  afterAll(() => lab?.stop())

  it('is made in clones, and leaves the service and the host alone', { timeout: 120_000 }, async () => {
    const invocation = await show(lab, 'served', 'InvocationID')
    const asked = ['--stages', 'system', '--exercise', 'curl -sf http://127.0.0.1:8097/']
    const { exitCode, stdout, stderr } = await lab.run(
      ['hardenctl', 'plan', 'served', '-o', '/srv/served.json', ...asked],
      { timeoutMs: 110_000 },
    )
    expect([exitCode, stderr], stdout + stderr).toEqual([0, ''])
    expect(await show(lab, 'served', 'InvocationID')).toBe(invocation)
    expect(stdout).toContain('was not restarted, and no file of its unit changed: checked')
    plan = planSchema.parse(JSON.parse((await lab.read('/srv/served.json')) ?? ''))
    expect(await lab.output(['stat', '-c', '%a', '/srv/served.json'])).toBe('600\n')
    expect(await lab.output(['ls', '-A', '/srv'])).toBe('served.json\n')
    expect((await lab.run(['ls', '/var/lib/hardenctl', '/etc/systemd/system/served.service.d'])).stdout).toBe(
      '',
    )
  })

  it('holds proposals with evidence and proof, the curve, and what it was made on', () => {
    const [system] = plan.stages.filter(({ outcome }) => outcome === 'taken')
    expect(system?.stage).toBe('system')
    expect(system?.exposure.after).toBeLessThan(system?.exposure.before ?? 0)
    const taken = system?.directives.filter(({ state }) => state === 'taken') ?? []
    expect(taken.length).toBeGreaterThan(10)
    for (const { directive, assignments, proof } of taken)
      expect({ directive, lines: assignments.length > 0, proof: proof.state }).toEqual({
        directive,
        lines: true,
        proof: 'proven',
      })
    const told = taken.flatMap(({ evidence }) => evidence)
    expect(told.map(({ kind }) => kind)).toContain('seen')
    expect(told.filter(({ kind, trial }) => kind === 'tried' && trial === null)).toEqual([])
    expect(plan.made_on.unit_files).toMatch(/^[0-9a-f]{64}$/)
    expect(plan.checks.find(({ kind }) => kind === 'exercise')).toMatchObject({
      given: true,
      answer: 'exit 0',
    })
  })

  it('is shown beside what is here, and changes nothing', async () => {
    const { exitCode, stdout, stderr } = await lab.run(['hardenctl', 'diff', '/srv/served.json'])
    expect([exitCode, stderr]).toEqual([0, ''])
    expect(stdout).toContain('What it was made on is the same here.')
    expect(stdout).toMatch(/LockPersonality +no +yes/)
    expect(stdout).toContain('curl -sf http://127.0.0.1:8097/: exit 0, given')
  })

  it.each([
    ['/no/such.json', 'there is no file /no/such.json'],
    ['/srv', '/srv is no file'],
    ['/dev/zero', '/dev/zero is no file'],
    ['/etc/passwd', '/etc/passwd is no plan to be used: it is not JSON'],
    ['/srv/huge.json', '/srv/huge.json is larger than a plan can be'],
  ])('is refused as a file: %s', async (path, reason) => {
    await lab.output(['truncate', '-s', '100M', '/srv/huge.json'])
    const { exitCode, stdout, stderr } = await lab.run(['hardenctl', 'diff', path])
    expect([exitCode, stdout, stderr]).toEqual([2, '', `hardenctl: ${reason}\n`])
  })

  it('refuses before the work what it could not write', async () => {
    const { exitCode, stdout, stderr } = await lab.run([
      'hardenctl',
      'plan',
      'served',
      '-o',
      '/no/such/x.json',
    ])
    expect([exitCode, stdout, stderr]).toEqual([1, '', 'hardenctl: there is no folder /no/such\n'])
  })
})
