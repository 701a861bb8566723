import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answerOne } from '../terminal/by-numbers.ts'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { keptDropIn, leftovers, show } from './kit/subjects.ts'
import { walked } from './kit/walked.ts'

const RESPONDER = `[Service]
ExecStart=/usr/local/bin/node -e "require('http').createServer((q, a) => a.end('hello')).listen(7010)"
`
const UNITS = {
  'web.service': RESPONDER,
  'broken.service': '[Service]\nExecStart=/bin/sh -c "echo no tape >&2; exit 3"\n',
}

const TIGHT = ['--stages', 'capabilities', '--level', 'tight']

describe.skipIf(skipLab())(labTitle('a service that is stopped, at the end of its walk'), () => {
  let lab: Lab

  beforeAll(async () => {
    lab = await bootLab({
      files: Object.fromEntries(
        Object.entries(UNITS).map(([name, text]) => [`/etc/systemd/system/${name}`, text]),
      ),
      setup: [['systemctl', 'daemon-reload']],
    })
  })
  afterAll(() => lab?.stop())

  it('is not started by an undo', { timeout: 180_000 }, async () => {
    const { stdout } = await walked(lab, 'web', TIGHT, 150_000)
    expect(stdout).toMatch(/http:\/\/.*:7010\/: 200 ×3/)
    const undo = await lab.run(['hardenctl', 'undo', 'web'])
    expect(undo.exitCode, undo.stdout).toBe(0)
    expect(undo.stdout).toContain('it is stopped, as before')
    expect(await show(lab, 'web', 'ExecMainStartTimestampMonotonic')).toBe('0')
    expect(await leftovers(lab)).toEqual([])
  })

  it('can be planned, and the plan is applied to it', { timeout: 240_000 }, async () => {
    const options = { timeoutMs: 110_000 }
    const plan = ['hardenctl', 'plan', 'web', ...TIGHT, '-o', '/root/web.json']
    const planned = await lab.run(plan, options)
    expect(planned.exitCode, planned.stderr).toBe(0)
    const applied = await lab.run(['hardenctl', 'apply', '/root/web.json', '--yes'], options)
    expect(applied.exitCode, applied.stdout + applied.stderr).toBe(0)
    expect(await keptDropIn(lab, 'web.service')).toContain('CapabilityBoundingSet=')
    expect(await show(lab, 'web', 'ExecMainStartTimestampMonotonic')).toBe('0')
    expect((await lab.run(['hardenctl', 'undo', 'web'])).exitCode).toBe(0)
  })

  it('is started if the person says so', { timeout: 240_000 }, async () => {
    const argv = ['hardenctl', 'web', '--plain', ...TIGHT, '--watch-seconds', '1']
    const terminal = lab.spawnPty(argv, { columns: 80, rows: 24 })
    const asked = await answerOne(terminal, 200_000)
    expect(asked.slice(-4)).toEqual([
      'Apply in the clone and watch it there',
      'Apply for its next start',
      'Keep it',
      'Start it now',
    ])
    expect(terminal.history().join(' ')).toContain('The service is healthy.')
    expect(await show(lab, 'web', 'ActiveState')).toBe('active')
    expect(await leftovers(lab)).toEqual([])
    expect((await lab.run(['hardenctl', 'status', 'web'])).stdout).not.toContain('first time')
  })

  it('is told so if no clone can start it', { timeout: 120_000 }, async () => {
    const { exitCode, stderr } = await lab.run(['hardenctl', 'broken', '--yes'], { timeoutMs: 100_000 })
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/broken\.service is stopped, and no clone of this host can start it: .*no tape/)
  })
})
