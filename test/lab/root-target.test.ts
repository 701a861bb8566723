import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { answerOf, exposureOf, fireDeadMan, keptDropIn, leftovers } from './kit/subjects.ts'

const STATE = '/var/lib/hardenctl'
const DROP_INS = '/etc/systemd/system/apache2.service.d'
const WALK = ['hardenctl', 'apache2', '--yes', '--no-rehearsal']

describe.skipIf(skipLab())(labTitle('root as a target'), () => {
  let lab: Lab

  beforeAll(async () => {
    lab = await bootLab({
      services: ['apache2'],
      files: {
        [`${DROP_INS}/secret.conf`]: '[Service]\nEnvironment=PASSWORD=hunter2 "TOKEN=a b hunter2"\n',
        '/tmp/evil/systemctl': '#!/bin/sh\ntouch /tmp/owned\nexec /usr/bin/systemctl "$@"\n',
      },
      setup: [
        [
          'sh',
          '-c',
          'chmod 755 /tmp/evil/* && for name in journalctl systemd-run df sh id; do cp /tmp/evil/systemctl /tmp/evil/$name; done',
        ],
        ['systemctl', 'daemon-reload'],
      ],
    })
  })
  afterAll(() => lab?.stop())

  it('runs no program from the PATH of its caller, nor a shell of theirs', async () => {
    const env = {
      PATH: '/tmp/evil:/usr/local/bin:/usr/bin:/bin',
      SHELL: '/tmp/evil/sh',
      EDITOR: '/tmp/evil/sh',
      PAGER: '/tmp/evil/sh',
      SYSTEMD_PAGER: '/tmp/evil/sh',
      LD_PRELOAD: '/tmp/evil/spy.so',
      LC_ALL: 'tr_TR.UTF-8',
      LANGUAGE: 'tr',
      HARDENCTL_KILL_BEFORE: 'hand-over:1',
    }
    const walk = await lab.run(WALK, { env, timeoutMs: 60_000 })
    expect(walk.stdout).toContain('Stage 1 of 5')
    expect(await lab.read('/tmp/owned')).toBeUndefined()
    // The loader complains in each program that is told to load it: the shell that nsenter runs, env and Node.
    expect(walk.stdout).not.toContain('spy.so')
    const timer = await lab.output([
      'systemctl',
      'show',
      '--property=Environment',
      'hardenctl-deadman-apache2.service',
    ])
    // Nor does whoever sets the clock reach the timer: it counts from when it was armed.
    const times = [
      '--property=TimersMonotonic',
      '--property=TimersCalendar',
      'hardenctl-deadman-apache2.timer',
    ]
    const counted = await lab.output(['systemctl', 'show', ...times])
    expect(counted).toContain('OnActiveUSec=')
    expect(counted).not.toMatch(/TimersCalendar=./)
    expect(timer).not.toMatch(/LD_PRELOAD|tr_TR|evil/)
    expect(await fireDeadMan(lab)).toBe(true)
    await expect.poll(() => leftovers(lab), { timeout: 60_000 }).toEqual([])
  })

  /** Nothing but the administrator's own file holds the unit's secret. */
  async function expectNoSecret(...said: { stdout: string; stderr: string }[]): Promise<void> {
    for (const { stdout, stderr } of said) expect(stdout + stderr).not.toContain('hunter2')
    const written = ['grep', '-rl', 'hunter2', STATE, '/run', '/etc/systemd', '/var/tmp']
    expect((await lab.run(written)).stdout.trim()).toBe(`${DROP_INS}/secret.conf`)
    const logged = await lab.run(['journalctl', '--no-pager', '-o', 'export'])
    expect(logged.stdout).not.toContain('hunter2')
  }

  it('keeps secrets of the unit out of what it follows in clones', { timeout: 180_000 }, async () => {
    const walk = await lab.run(['hardenctl', 'apache2', '--yes', '--stages', 'capabilities'], {
      env: { HARDENCTL_KILL_BEFORE: 'live/verify' },
      timeoutMs: 170_000,
    })
    expect(walk.stdout).toContain('proven in a clone')
    expect(await lab.read(`${STATE}/apache2/state.json`)).toContain('"pending"')
    await expectNoSecret(walk)
    expect(await fireDeadMan(lab)).toBe(true)
    await expect.poll(() => leftovers(lab), { timeout: 60_000 }).toEqual([])
  })

  it('keeps secrets of the unit out of what it says and writes', { timeout: 120_000 }, async () => {
    const short = ['--stages', 'capabilities,user,filesystem', '--watch-seconds', '1']
    const walk = await lab.run([...WALK, ...short], { timeoutMs: 110_000 })
    expect(walk.exitCode, walk.stdout).toBe(0)
    await expectNoSecret(walk, await lab.run(['hardenctl', 'status', 'apache2']))
  })

  it.each([
    ['torn', `printf '{"version":1,' >${STATE}/apache2/state.json`],
    ['of somebody else', `chown www-data ${STATE}/apache2/state.json`],
    ['in a folder of somebody else', `chown www-data ${STATE}/apache2`],
    ['a link', `mv ${STATE}/apache2/state.json /srv/state && ln -s /srv/state ${STATE}/apache2/state.json`],
    ['writable by all', `chmod 666 ${STATE}/apache2/state.json`],
  ])('refuses state that is %s, and names it', async (_, spoil) => {
    const saved = 'rm -rf /srv/saved && cp -a /var/lib/hardenctl /srv/saved'
    await lab.output(['sh', '-c', `${saved} && ${spoil}`])
    const before = await exposureOf(lab, 'apache2')
    try {
      const walk = await lab.run(WALK, { timeoutMs: 60_000 })
      expect(walk.exitCode, walk.stdout).not.toBe(0)
      expect(walk.stderr).toContain(`${STATE}/apache2`)
      expect(walk.stderr).not.toMatch(/at .*\.[jt]s:\d+/)
      expect(await exposureOf(lab, 'apache2')).toBe(before)
      expect(await answerOf(lab)).toBe('200')
    } finally {
      await lab.output(['sh', '-c', 'rm -rf /var/lib/hardenctl && cp -a /srv/saved /var/lib/hardenctl'])
    }
  })

  it.each([
    ['its drop-ins in /etc', DROP_INS, 'chown www-data'],
    ['its drop-ins in /etc, writable by all,', DROP_INS, 'chmod 777'],
    [
      'its drop-ins in /run',
      '/run/systemd/system/apache2.service.d',
      'mkdir -p /run/systemd/system/apache2.service.d && chown www-data',
    ],
    ['what is remembered', STATE, 'mkdir -p /var/lib/hardenctl && chown www-data'],
  ])('refuses a folder of %s that is not root’s alone', async (_, folder, spoil) => {
    await lab.output(['sh', '-c', `${spoil} ${folder}`])
    try {
      const walk = await lab.run(WALK, { timeoutMs: 60_000 })
      expect(walk.exitCode, walk.stdout).not.toBe(0)
      expect(walk.stderr).toContain(folder)
      expect(await answerOf(lab)).toBe('200')
    } finally {
      await lab.output(['sh', '-c', `chown root ${folder} && chmod 755 ${folder}`])
      await lab.run(['rmdir', '/run/systemd/system/apache2.service.d'])
    }
  })

  it.each([
    '../../etc/passwd',
    'a/b',
    'a\nb',
    'a\nb.service',
    '../x.service',
    '--force',
    '--help.service',
    '-x',
    '-x.service',
    'x\\x2dy',
    'x\\x2e\\x2e',
    'a@b\nc',
    'a@-x',
    '@',
    '@.service',
    'a@.service',
    '...service',
    `${'x'.repeat(250)}.service`,
    'x\u001b[31m',
    '',
    '.',
    '..',
    'apache2.service.d',
  ])('refuses the name %j in one line', async (name) => {
    const walk = await lab.run(['hardenctl', name, '--yes'])
    // Refused, and not ended by a signal or its time limit.
    expect(walk).toMatchObject({ exitCode: expect.any(Number), timedOut: false })
    expect(walk.exitCode).not.toBe(0)
    expect(walk.stdout + walk.stderr).not.toMatch(/\u001b|at .*\.[jt]s:\d+/)
    expect(walk.stderr.trim().split('\n').length).toBeLessThanOrEqual(2)
  })

  it('undoes what it kept though its state is torn', async () => {
    await lab.output(['sh', '-c', `printf '{' >${STATE}/apache2/state.json`])
    const undo = await lab.run(['hardenctl', 'undo', 'apache2'])
    expect(undo.stdout + undo.stderr).toContain('apache2')
    expect(await keptDropIn(lab, 'apache2.service')).toBeUndefined()
    expect(await exposureOf(lab, 'apache2')).toBe(92)
    expect(await answerOf(lab)).toBe('200')
    expect(await lab.read(`${DROP_INS}/secret.conf`)).toContain('hunter2')
  })
})
