import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { planSchema } from '../../src/session/plan/schema.ts'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { keptDropIn, show } from './kit/subjects.ts'

/** A root that serves and logs, and a worker of another account. */
const SERVER = `
import { spawn } from 'node:child_process'
import { openSync, writeSync } from 'node:fs'
import { createServer } from 'node:http'
const log = openSync('/var/log/served/log', 'a')
spawn('sleep', ['infinity'], { uid: 33, gid: 33, stdio: 'ignore' })
createServer((_, response) => {
  writeSync(log, 'asked\\n')
  response.end('ok')
}).listen(8097, '127.0.0.1')
`
const UNIT = '[Service]\nExecStart=/usr/local/bin/node /opt/server.mjs\n'

function boot(suite: string): Promise<Lab> {
  return bootLab({
    suite,
    files: {
      '/opt/server.mjs': SERVER,
      '/etc/systemd/system/served.service': UNIT,
      '/var/log/served/log': '',
    },
    setup: [
      ['chmod', '755', '/var/log/served'],
      ['systemctl', 'daemon-reload'],
      ['systemctl', 'start', 'served'],
    ],
    ready: ['curl', '-sf', 'http://127.0.0.1:8097/'],
  })
}

describe.skipIf(skipLab())(labTitle('a plan made on another release'), () => {
  let made: Lab
  let other: Lab
  let text: string

  beforeAll(async () => {
    ;[made, other] = await Promise.all([boot('bookworm'), boot('trixie')])
    const plan = ['hardenctl', 'plan', 'served', '--stages', 'user,filesystem', '--level', 'tight']
    text = await made.output(plan, { timeoutMs: 170_000 })
    await other.write('/srv/plan.json', text)
  }, 240_000)
  afterAll(() => Promise.all([made?.stop(), other?.stop()]))

  const apply = (...options: string[]) =>
    other.run(['hardenctl', 'apply', '/srv/plan.json', '--yes', '--watch-seconds', '1', ...options], {
      timeoutMs: 170_000,
    })

  it('switches the account and gives it files', () => {
    const user = planSchema.parse(JSON.parse(text)).stages.find(({ stage }) => stage === 'user')
    const [row] = user?.directives.filter(({ state }) => state === 'taken') ?? []
    expect(row?.assignments).toContainEqual({ section: 'Service', key: 'User', value: 'www-data' })
    expect(row?.owners.map(({ path }) => path)).toContain('/var/log/served/log')
  })

  it('is refused where nothing proves it', async () => {
    const { exitCode, stderr } = await apply('--no-rehearsal')
    expect(stderr).toMatch(/made on something else \(systemd 252.* then, systemd 257.* now/)
    expect(exitCode).toBe(1)
    expect(await keptDropIn(other, 'served.service')).toBeUndefined()
  })

  it('is proven in a clone first, and kept', { timeout: 200_000 }, async () => {
    const { exitCode, stdout, stderr } = await apply('--once')
    expect([exitCode, stderr], stdout + stderr).toEqual([0, ''])
    expect(await show(other, 'served', 'User')).toBe('www-data')
    expect(await show(other, 'served', 'ProtectSystem')).toBe('strict')
    expect(await other.output(['stat', '-c', '%U', '/var/log/served/log'])).toBe('www-data\n')
    expect((await other.run(['curl', '-sf', 'http://127.0.0.1:8097/'])).stdout).toBe('ok')
    const again = await apply()
    expect([again.exitCode, again.stdout]).toEqual([0, expect.stringContaining('nothing was changed')])
  })

  it('hands over no file that the plan names and the service does not use', {
    timeout: 200_000,
  }, async () => {
    expect((await other.run(['hardenctl', 'undo', 'served'])).exitCode).toBe(0)
    const plan = planSchema.parse(JSON.parse(text))
    for (const row of plan.stages.flatMap(({ directives }) => directives))
      if (row.owners.length > 0)
        row.owners.push({ path: '/etc/shadow', user: 'www-data', group: null, mode: 0o666, why: '' })
    await other.write('/srv/plan.json', JSON.stringify(plan))
    const before = await other.output(['stat', '-c', '%U %a', '/etc/shadow'])
    const { exitCode, stdout } = await apply('--once')
    expect(exitCode, stdout).toBe(0)
    expect(stdout).toContain('Changes hands in the plan, and not here: /etc/shadow')
    expect(await other.output(['stat', '-c', '%U %a', '/etc/shadow'])).toBe(before)
    expect(await other.output(['stat', '-c', '%U', '/var/log/served/log'])).toBe('www-data\n')
  })

  it('keeps the stages before the one that breaks live, and loosens nothing', {
    timeout: 100_000,
  }, async () => {
    const plan = planSchema.parse(JSON.parse(text))
    const row = plan.stages
      .flatMap(({ directives }) => directives)
      .find(({ directive }) => directive === 'ProtectSystem')
    row?.assignments.splice(0, 3, { section: 'Service', key: 'ProtectSystem', value: 'strict' })
    await made.write('/srv/plan.json', JSON.stringify(plan))
    const argv = ['hardenctl', 'apply', '/srv/plan.json', '--yes', '--no-rehearsal', '--watch-seconds', '1']
    const { exitCode, stdout } = await made.run(argv, { timeoutMs: 90_000 })
    expect([exitCode, stdout]).toEqual([3, expect.stringContaining('EROFS')])
    expect(await show(made, 'served', 'User')).toBe('www-data')
    expect(await show(made, 'served', 'ProtectSystem')).toBe('no')
    expect((await made.run(['curl', '-sf', 'http://127.0.0.1:8097/'])).stdout).toBe('ok')
  })
})
