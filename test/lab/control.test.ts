import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { slowStop } from './kit/services/slow-stop.ts'
import { show } from './kit/subjects.ts'
import { walked } from './kit/walked.ts'

/** Dies of its own reload, with and without any hardening. */
const RELOAD = `[Service]
ExecStart=/usr/bin/sleep infinity
ExecReload=/bin/kill -HUP $MAINPID
`

/** Is started by a socket whose file lies straight in /run, and which a restart takes along. */
const ACTIVATED = `[Unit]
Requires=activated.socket
[Service]
ExecStart=/usr/local/bin/node -e "require('node:net').createServer((s) => s.end()).listen({ fd: 3 })"
`

/** Leaves a folder behind under which it does not start again. */
const LOCKED = `[Service]
ExecStart=/bin/sh -c 'mkdir /run/locked && exec sleep infinity'
`

/**
 * Ends by itself, and systemd starts it again: it is mostly active, or mostly waiting for its next start. The log knows
 * whose line it is only while the process lives.
 */
const ending = (seconds: number, pause: number) => `[Unit]
StartLimitIntervalSec=0
[Service]
ExecStart=/bin/sh -c 'sleep ${seconds}; echo "its data cannot be read" >&2; sleep 0.2; exit 1'
Restart=always
RestartSec=${pause}
`

/** Listens for itself, since nobody has started its socket. */
const UNHELD = `[Service]
ExecStart=/usr/local/bin/node -e "require('node:net').createServer((s) => s.end()).listen(process.env.LISTEN_FDS ? { fd: 3 } : { port: 8123, host: '127.0.0.1' })"
`

/** Listens for its peers on a port that it lets the kernel choose, as clusters do, and by a name that it makes up. */
const ROAMING = `[Service]
ExecStart=/usr/local/bin/node -e "const net = require('node:net'); for (const port of [0, 8124]) net.createServer((s) => s.end('hello')).listen(port, '127.0.0.1'); net.createServer((s) => s.end()).listen('/run/roaming-' + Math.random())"
`

/** Each of its stops ends with an error, as of many a daemon that tells its end by a code of its own. */
const BAD_END = `[Service]
ExecStart=/bin/sh -c 'trap "exit 3" TERM; while :; do sleep 0.2; done'
`

/** Does not end at a stop: systemd kills it. */
const FORCED = `[Service]
ExecStart=/bin/sh -c 'trap "" TERM; while :; do sleep 1; done'
TimeoutStopSec=8
`

/**
 * A script starts and stops its daemon by a pid file in a folder of another account, into which root comes by a capability
 * alone, and ends with success whatever it finds.
 */
const LEFT = `[Service]
Type=forking
GuessMainPID=no
KillMode=none
ExecStart=/usr/local/bin/leftd start
ExecStop=/usr/local/bin/leftd stop
`
const startedBy = (name: string, daemon: string) => `#!/bin/sh
d=/run/${name}
if [ "$1" = stop ]; then
  kill "$(cat $d/pid)" && rm $d/pid
  exit 0
fi
mkdir -p $d && chown nobody $d && chmod 700 $d
${daemon} </dev/null >/dev/null 2>&1 &
echo $! > $d/pid
exit 0
`

/** Its start fails as long as an old daemon has the lock. */
const HOLDING = `flock -n /run/heldd.lock true || exit 1
setsid flock -n --no-fork /run/heldd.lock sleep infinity`

const SOCKET = `[Unit]
PartOf=activated.service
[Socket]
ListenStream=/run/activated.sock
[Install]
WantedBy=sockets.target
`

describe.skipIf(skipLab())(labTitle('what the unhardened service does too'), () => {
  let lab: Lab
  const processesOf = async (unit: string) => {
    const group = await show(lab, unit, 'ControlGroup')
    return (await lab.output(['cat', `/sys/fs/cgroup${group}/cgroup.procs`])).trim().split('\n')
  }

  beforeAll(async () => {
    // Takes longer to stop than a start may take.
    const slow = slowStop(12)
    lab = await bootLab({
      files: {
        ...slow.files,
        '/etc/systemd/system/reloading.service': RELOAD,
        '/etc/systemd/system/activated.service': ACTIVATED,
        '/etc/systemd/system/activated.socket': SOCKET,
        '/etc/systemd/system/locked.service': LOCKED,
        '/etc/systemd/system/forced.service': FORCED,
        '/etc/systemd/system/bad-end.service': BAD_END,
        '/etc/systemd/system/roaming.service': ROAMING,
        '/etc/systemd/system/unheld.service': UNHELD,
        '/etc/systemd/system/left.service': LEFT,
        '/usr/local/bin/leftd': startedBy('leftd', 'setsid sleep infinity'),
        '/etc/systemd/system/held.service': LEFT.replaceAll('leftd', 'heldd'),
        '/usr/local/bin/heldd': startedBy('heldd', HOLDING),
        '/etc/systemd/system/unheld.socket': '[Socket]\nListenStream=/run/unheld.sock\n',
        '/etc/systemd/system/ending.service': ending(2, 0),
        '/etc/systemd/system/waiting.service': ending(0, 10),
        '/etc/systemd/system/failing.service': ending(0, 0).replace('Restart=always', 'Restart=no'),
      },
      setup: [
        ...(slow.setup ?? []),
        ['chmod', '755', '/usr/local/bin/leftd', '/usr/local/bin/heldd'],
        [
          'systemctl',
          'start',
          'reloading',
          'activated.socket',
          'activated',
          'locked',
          'forced',
          'bad-end',
          'roaming',
          'unheld',
          'ending',
          'waiting',
          'failing',
          'left',
          'held',
        ],
      ],
      ready: ['systemctl', 'is-active', '--quiet', 'activated'],
    })
  })
  afterAll(() => lab?.stop())

  async function walk(unit: string, ...more: string[]): Promise<{ stdout: string; kept: string }> {
    const walk = await walked(lab, unit, ['--stages', 'system', '--level', 'tight', ...more], 170_000)
    expect(walk.stdout).toContain('System restrictions: kept')
    return walk
  }

  it('holds it to no port and no name that each start chooses anew', { timeout: 180_000 }, async () => {
    const { stdout } = await walk('roaming')
    expect(stdout).toMatch(
      /\/run\/roaming-\S+: the service chose another one when .*\(the same for tcp 127\.0\.0\.1:\d{5}\)/,
    )
    expect(stdout).toMatch(/rehearsed first in a clone/)
  })

  it('counts no process from before a restart for one with the new settings', {
    timeout: 180_000,
  }, async () => {
    const before = await processesOf('left.service')
    const { stdout } = await walked(lab, 'left', ['--stages', 'capabilities', '--level', 'tight'], 170_000)
    const now = await processesOf('left.service')
    expect([before, now].map(({ length }) => length)).toEqual([1, 1])
    expect(now).not.toEqual(before)
    expect(stdout).toMatch(/Capabilities: kept/)
    const rights = await lab.output(['grep', 'CapBnd', `/proc/${now[0]}/status`])
    expect(rights).not.toBe(await lab.output(['grep', 'CapBnd', '/proc/1/status']))
  })

  it('starts a service again whose daemon a failed stop has left with what the start needs', {
    timeout: 60_000,
  }, async () => {
    const before = await processesOf('held.service')
    const options = ['--stages', 'capabilities', '--set', 'CapabilityBoundingSet=CAP_CHOWN', '--no-rehearsal']
    const { stdout } = await walked(lab, 'held', options)
    expect(stdout).toContain('the start failed')
    expect(stdout).toContain('undone')
    expect(await show(lab, 'held.service', 'ActiveState')).toBe('active')
    const now = await processesOf('held.service')
    expect([before, now].map(({ length }) => length)).toEqual([1, 1])
    expect(now).not.toEqual(before)
  })

  it('blames no row for a reload that the service never bore', { timeout: 180_000 }, async () => {
    const { stdout, kept } = await walk('reloading')
    expect(kept).toContain('LockPersonality=yes')
    expect(stdout).toContain('No trial reloads the service, since a reload breaks the unhardened service too')
  })

  it('keeps what it tried without clones where each stop ends badly', { timeout: 60_000 }, async () => {
    const { stdout, kept } = await walk('bad-end', '--no-rehearsal', '--watch-seconds', '1')
    expect(stdout).toContain('Its stop ends badly (exit-code), as it did before hardenctl changed anything')
    expect(kept).toContain('LockPersonality=yes')
  })

  it.each(['ending', 'waiting'])(
    'refuses a service that ends again and again (%s), in words of its log',
    async (name) => {
      const { exitCode, stdout, stderr } = await lab.run(['hardenctl', name, '--yes'])
      expect(exitCode).toBe(1)
      expect(stderr).toMatch(/\w\.service ends by itself, and systemd has restarted it (once|\d+ times)/)
      expect(stderr).toContain('its log says: its data cannot be read')
      expect(stdout).not.toContain('Stage 1')
    },
  )

  it('refuses a service that has failed, in words of its log', async () => {
    const { exitCode, stderr } = await lab.run(['hardenctl', 'failing', '--yes'])
    expect(exitCode).toBe(1)
    expect(stderr).toContain(
      'failing.service has failed (exit-code); its log says: its data cannot be read. Nothing',
    )
  })

  it('gives a slow stop its time', { timeout: 180_000 }, async () => {
    const { kept } = await walk('slow-stop', '--no-rehearsal')
    expect(kept).toContain('LockPersonality=yes')
  })

  it('plays no stop of a service that systemd kills at each', { timeout: 180_000 }, async () => {
    const { stdout, kept } = await walk('forced')
    expect(kept).toContain('LockPersonality=yes')
    expect(stdout).toContain('does not end by itself unhardened either: systemd ends it by force after 8 s')
  })

  it('leaves a socket’s file to its socket', { timeout: 180_000 }, async () => {
    const { stdout, kept } = await walk('activated')
    expect(kept).toContain('LockPersonality=yes')
    expect(stdout).not.toContain('ENOENT')
  })

  it('starts no socket in a clone that is not active here', { timeout: 180_000 }, async () => {
    const { stdout } = await walk('unheld')
    expect(stdout).toContain('rehearsed first in a clone')
    expect(await show(lab, 'unheld.socket', 'ActiveState')).toBe('inactive')
  })

  it('restarts no service that does not bear it', { timeout: 100_000 }, async () => {
    const before = await show(lab, 'locked', 'InvocationID')
    const { exitCode, stderr } = await lab.run(['hardenctl', 'locked', '--yes'], { timeoutMs: 90_000 })
    expect(exitCode).toBe(1)
    expect(stderr).toContain('a restart breaks the unhardened service too')
    expect(stderr).toContain('Nothing was changed')
    expect(await show(lab, 'locked', 'ActiveState')).toBe('active')
    expect(await show(lab, 'locked', 'InvocationID')).toBe(before)
  })
})
