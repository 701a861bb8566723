import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Plan, type PlannedDirective, planSchema } from '../../src/session/plan/schema.ts'
import { eventsOf } from './kit/events.ts'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { keptDropIn, show } from './kit/subjects.ts'

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
  /** A clean one, to which the plan is taken. */
  let other: Lab
  let plan: Plan

  beforeAll(async () => {
    ;[lab, other] = await Promise.all([boot(), boot()])
  })
  afterAll(() => Promise.all([lab?.stop(), other?.stop()]))

  /** Runs hardenctl in the clean lab on a copy of the plan. */
  async function applied(options: readonly string[], text = JSON.stringify(plan)) {
    await other.write('/srv/plan.json', text)
    return other.run(['hardenctl', 'apply', '/srv/plan.json', ...options], { timeoutMs: 110_000 })
  }

  it('is made in clones, and leaves the service and the host alone', { timeout: 120_000 }, async () => {
    const invocation = await show(lab, 'served', 'InvocationID')
    const asked = ['--stages', 'system', '--exercise', 'curl -sf http://127.0.0.1:8097/']
    const made = await lab.run(
      ['hardenctl', 'plan', 'served', '-o', '/srv/served.json', '--json', ...asked],
      { timeoutMs: 110_000 },
    )
    expect(made.exitCode, made.stderr).toBe(0)
    const told = eventsOf(made)
    for (const wanted of ['stage', 'proof']) expect(told.some(({ event }) => event === wanted)).toBe(true)
    expect(told.filter((one) => one.event === 'trial' && one.target === 'live')).toEqual([])
    expect(await show(lab, 'served', 'InvocationID')).toBe(invocation)
    expect(made.stderr).toContain('was not restarted, and no file of its unit changed: checked')
    plan = planSchema.parse(JSON.parse((await lab.read('/srv/served.json')) ?? ''))
    expect(await lab.output(['stat', '-c', '%a', '/srv/served.json'])).toBe('600\n')
    expect(await lab.output(['ls', '-A', '/srv'])).toBe('served.json\n')
    expect(
      (await lab.run(['ls', '/var/lib/hardenctl/served', '/etc/systemd/system/served.service.d'])).stdout,
    ).toBe('')
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
    ['/srv', '/srv is no file that can be read'],
    ['/dev/zero', '/dev/zero is no file that can be read'],
    ['/etc/passwd', '/etc/passwd is no plan to be used: it is not JSON'],
    ['/srv/huge.json', '/srv/huge.json is larger than a plan can be'],
  ])('is refused as a file: %s', async (path, reason) => {
    await lab.output(['truncate', '-s', '100M', '/srv/huge.json'])
    const { exitCode, stdout, stderr } = await lab.run(['hardenctl', 'diff', path])
    expect([exitCode, stdout, stderr]).toEqual([2, '', `hardenctl: ${reason}\n`])
  })

  const changedRow = (change: Partial<PlannedDirective>): string => {
    const stages = plan.stages.map((stage) => ({
      ...stage,
      directives: stage.directives.map((one) => (one.state === 'taken' ? { ...one, ...change } : one)),
    }))
    return JSON.stringify({ ...plan, stages })
  }

  it('is refused elsewhere in one line, with nothing changed, where it does not fit', async () => {
    const invocation = await show(other, 'served', 'InvocationID')
    const command = [{ section: 'Service' as const, key: 'ExecStartPre', value: '+/bin/touch /srv/owned' }]
    const looser = { ...plan, made_on: { ...plan.made_on, unit_files: 'b'.repeat(64) } }
    const older = { ...plan, made_on: { ...plan.made_on, packages: { served: '0.1' } } }
    const asRoot = plan.checks.map((check) => ({ ...check, text: 'as=root touch /srv/owned' }))
    const cases: [string[], string, number, RegExp][] = [
      [[], JSON.stringify(plan), 2, /asks at a terminal/],
      [['--yes'], changedRow({ assignments: command }), 2, /ExecStartPre= is no setting that/],
      [['--yes'], JSON.stringify(plan).slice(9), 2, /it is not JSON/],
      [
        ['--yes'],
        JSON.stringify({ ...plan, checks: asRoot }),
        2,
        /runs commands as root.*--exercise-as root/,
      ],
      [['--yes'], JSON.stringify(looser), 1, /files of served\.service are other here/],
      [['--yes', '--no-rehearsal'], JSON.stringify(older), 1, /made on something else \(served 0\.1 then/],
      [['--yes', '--dry-run'], JSON.stringify({ ...plan, unit: 'none.service' }), 1, /there is no unit none/],
    ]
    for (const [options, text, code, reason] of cases) {
      const { exitCode, stderr } = await applied(options, text)
      expect(stderr).toMatch(reason)
      expect([exitCode, stderr.trim().split('\n').length]).toEqual([code, 1])
    }
    expect(await show(other, 'served', 'InvocationID')).toBe(invocation)
    expect((await other.run(['ls', '/srv/owned', '/etc/systemd/system/served.service.d'])).stdout).toBe('')
  })

  it('says what it would do there, and does nothing', async () => {
    const invocation = await show(other, 'served', 'InvocationID')
    const { exitCode, stdout } = await applied(['--dry-run'])
    expect(exitCode, stdout).toBe(0)
    expect(stdout).toContain('would apply System restrictions to served.service, by 1 restart')
    expect(await show(other, 'served', 'InvocationID')).toBe(invocation)
  })

  it('is applied there as it is, kept and known to status', { timeout: 120_000 }, async () => {
    const { exitCode, stdout, stderr } = await applied(['--yes', '--no-rehearsal', '--watch-seconds', '1'])
    expect([exitCode, stderr], stdout + stderr).toEqual([0, ''])
    const lines = plan.stages
      .flatMap(({ directives }) => directives.filter(({ state }) => state === 'taken'))
      .flatMap(({ assignments }) => assignments)
      .filter(({ value }) => value !== '')
    const kept = (await keptDropIn(other, 'served.service')) ?? ''
    for (const { key, value } of lines) expect(kept.split('\n')).toContain(`${key}=${value}`)
    const status = await other.run(['hardenctl', 'status', 'served'])
    expect([status.exitCode, status.stdout]).toEqual([
      0,
      expect.stringContaining('Everything that was kept is in'),
    ])
  })

  it('is handed on as the drop-in that is kept, and as a report for its owner alone', async () => {
    const settings = async (of: string) => {
      const text = await other.output(['hardenctl', 'export', of, '--drop-in'])
      return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
    }
    const ofPlan = await settings('/srv/plan.json')
    expect(ofPlan).toContain('LockPersonality=yes')
    expect((await settings('served')).toSorted()).toEqual(ofPlan.toSorted())
    await other.output(['hardenctl', 'export', '/srv/plan.json', '--report', '/srv/plan.html'])
    expect(await other.output(['stat', '-c', '%a', '/srv/plan.html'])).toBe('600\n')
    expect(await other.read('/srv/plan.html')).toContain('<h1>Hardening of served.service</h1>')
    const upstream = await other.output(['hardenctl', 'export', 'served', '--upstream'])
    expect(upstream).toContain('LockPersonality: No clone has proven it.')
  })

  it('is made again of what is kept, for other hosts', async () => {
    await other.output(['hardenctl', 'export', 'served', '--ansible', '/srv/role'])
    expect(await other.output(['stat', '-c', '%a', '/srv/role', '/srv/role/galaxy.yml'])).toBe('700\n600\n')
    const again = await other.run(['hardenctl', 'diff', '/srv/role/roles/harden/files/plan.json'])
    expect([again.exitCode, again.stderr]).toEqual([0, ''])
    expect(again.stdout).toContain('What it was made on is the same here.')
    const keys = (text: string) => [...text.matchAll(/^([A-Za-z]+)=/gm)].map(([, key]) => key)
    const template = await other.read('/srv/role/roles/harden/templates/drop-in.conf.j2')
    const dropIn = await other.output(['hardenctl', 'export', 'served', '--drop-in'])
    expect(keys(template ?? '').toSorted()).toEqual(keys(dropIn).toSorted())
  })

  it('is applied twice without a change, and undone wholly', { timeout: 60_000 }, async () => {
    const invocation = await show(other, 'served', 'InvocationID')
    const again = await applied(['--yes', '--json'])
    expect([again.exitCode, again.stderr]).toEqual([
      0,
      expect.stringContaining('is in force here: nothing was changed'),
    ])
    const events = eventsOf(again)
    expect(events.some(({ event }) => event === 'trial')).toBe(false)
    const settings = events.flatMap((one) => (one.event === 'difference' ? one.settings : []))
    expect(settings.length).toBeGreaterThan(10)
    expect(settings.filter(({ in_force }) => !in_force)).toEqual([])
    expect(await show(other, 'served', 'InvocationID')).toBe(invocation)
    expect((await other.run(['hardenctl', 'undo', 'served'])).exitCode).toBe(0)
    expect(await show(other, 'served', 'LockPersonality')).toBe('no')
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
