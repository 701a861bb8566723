import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LearnOutcome, LearnWish } from './inside/learn-main.ts'
import { programFiles } from './kit/bundled.ts'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'

const FOLDER = '/opt/learn'
const APACHE: LearnWish = { unit: 'apache2.service', checks: ['http://127.0.0.1/'] }

/** A daemon without a pid file, under limits that no tracer of its own would survive. */
const HIDDEN = `[Service]
Type=forking
ExecStart=/bin/sh -c "sleep 1000 & exit 0"
ExecReload=/bin/kill -CONT $MAINPID
User=www-data
NoNewPrivileges=yes
SystemCallFilter=@system-service
SystemCallFilter=~@debug
ProtectSystem=strict
NoExecPaths=/
ExecPaths=/usr
`

let lab: Lab

async function learn(wish: LearnWish, around: readonly string[] = []): Promise<LearnOutcome> {
  const argv = [...around, 'node', `${FOLDER}/main.mjs`, JSON.stringify(wish)]
  return JSON.parse(await lab.output(argv, { timeoutMs: 90_000 }))
}

function phaseNames({ phases }: LearnOutcome): string[] {
  return phases.map(({ name }) => name)
}

/** The service lived as it does untraced, and nothing of the tracing is left. */
function expectUndisturbed(outcome: LearnOutcome, main: string): void {
  expect(outcome).toMatchObject({ notes: [], unread: 0, healthyAfter: true, left: 'TracerPid:\t0\n' })
  for (const phase of outcome.phases.slice(0, -1)) expect(phase).toMatchObject({ active: 'active', main })
  expect(outcome.phases.at(-1)).toMatchObject({ name: 'stop', active: 'inactive' })
}

describe.skipIf(skipLab())(labTitle('learning'), () => {
  beforeAll(async () => {
    lab = await bootLab({
      services: ['apache2', 'redis-server'],
      files: {
        ...(await programFiles(FOLDER, 'test/lab/inside/learn-main.ts')),
        '/etc/systemd/system/hidden.service': HIDDEN,
      },
    })
    await lab.output(['systemctl', 'daemon-reload'])
  })
  afterAll(() => lab?.stop())

  it('follows apache2 through its life and sees what its start script calls', async () => {
    const trial = ['ProtectSystem=strict']
    const outcome = await learn({ ...APACHE, trial })
    expectUndisturbed(outcome, '/usr/sbin/apache2')
    expect(phaseNames(outcome)).toEqual(['start', 'serve', 'reload', 'rotate', 'stop'])
    const { calls = [], acts = [], changed = [], executed = [] } = outcome.facts ?? {}
    expect(calls.find(({ name }) => name === 'fchownat')?.sightings).toMatchObject([
      { program: '/usr/bin/chown', phase: 'start' },
    ])
    expect(acts.map(({ detail }) => detail)).toEqual(
      expect.arrayContaining(['cap_chown', 'cap_net_bind_service', 'cap_setgid', 'cap_setuid']),
    )
    expect(executed.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['/usr/sbin/apachectl', '/usr/bin/mktemp']),
    )
    const paths = changed.map(({ path }) => path)
    expect(paths).toEqual(expect.arrayContaining(['/run/apache2/apache2.pid', '/var/log/apache2/error.log']))
    // Written by logrotate, which nobody traced: the upper layer tells.
    expect(paths).toContain('/var/log/apache2/access.log.1')
    expect(paths.filter((path) => !/^\/(run|var\/log)\//.test(path))).toEqual([])
    expect(outcome.failed).toEqual(['EROFS openat /var/log/apache2/error.log /usr/sbin/apache2'])
    console.log(`apache2: ${outcome.lines} calls, ${JSON.stringify(outcome.ms)}`)
  })

  it('learns from a hardened unit of Type=notify as it is', async () => {
    const trial = ['RestrictAddressFamilies=', 'RestrictAddressFamilies=AF_UNIX']
    const outcome = await learn({ unit: 'redis-server.service', checks: ['tcp:127.0.0.1:6379'], trial })
    expectUndisturbed(outcome, '/usr/bin/redis-check-rdb')
    expect(outcome.facts?.changed.map(({ path }) => path)).toContain('/var/lib/redis/dump.rdb')
    expect(outcome.failed.join('\n')).toMatch(/^EAFNOSUPPORT socket AF_INET6? \/usr\/bin\/redis-server/)
    console.log(`redis: ${outcome.lines} calls, ${JSON.stringify(outcome.ms)}`)
  })

  it('keeps the main process of a daemon that systemd has to guess', async () => {
    await lab.output(['systemctl', 'start', 'hidden'])
    const outcome = await learn({ unit: 'hidden.service', checks: [] })
    expectUndisturbed(outcome, '/usr/bin/sleep')
    expect(phaseNames(outcome)).toContain('reload')
  })

  it('says so where tracing is forbidden, or strace is missing, and leaves the service well', async () => {
    const forbidden = ['SystemCallFilter=~ptrace', 'SystemCallErrorNumber=EPERM'].map(
      (one) => `--property=${one}`,
    )
    const refused = await learn(APACHE, ['systemd-run', '--quiet', '--wait', '--pipe', ...forbidden])
    expect(refused).toMatchObject({ healthyAfter: true, left: 'TracerPid:\t0\n', phases: [] })
    expect(refused.why).toMatch(/^tracing is not allowed here/)
    await lab.output(['rm', '/usr/bin/strace'])
    const missing = await learn(APACHE)
    expect(missing).toMatchObject({ healthyAfter: true, why: 'strace is not installed (package strace)' })
  })
})
