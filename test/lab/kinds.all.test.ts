import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { RELEASES } from './kit/releases.ts'
import { leftovers, show } from './kit/subjects.ts'
import { walked } from './kit/walked.ts'

const SLEEP = 'ExecStart=/bin/sleep infinity\n'
const service = (lines: string) => `[Service]\n${lines}`
const sh = (script: string) => `ExecStart=/bin/sh -c '${script}'\n`
/** Takes the socket that its socket unit hands over. */
const HELLO =
  'ExecStart=/usr/local/bin/node -e "require(`net`).createServer((c) => c.end(`hello`)).listen({ fd: 3 })"\n'
const socket = (port: number, more: string) => `[Socket]\nListenStream=127.0.0.1:${port}\n${more}`

/** By the names under which they are walked, with what is kept of them. */
const UNITS: Readonly<Record<string, string>> = {
  'bysocket.service': service(HELLO),
  'inst@.service': service(SLEEP),
  'forks.service': service(
    `Type=forking\nPIDFile=/run/forks.pid\n${sh('sleep infinity & echo $! >/run/forks.pid')}`,
  ),
  'watched.service': service(
    `Type=notify\nNotifyAccess=all\nWatchdogSec=20\n${sh('systemd-notify --ready; while :; do systemd-notify WATCHDOG=1; sleep 1; done')}`,
  ),
  'reloads.service': service(
    `Type=notify-reload\nNotifyAccess=all\n${sh('trap "systemd-notify --reloading; systemd-notify --ready" HUP; systemd-notify --ready; while :; do sleep 1 & wait $!; done')}`,
  ),
  'prefixed.service': service(
    `User=www-data\nExecStartPre=+/bin/sh -c 'id -u >/run/prefixed'\nExecStartPre=-/bin/false\nExecStart=!/usr/bin/setpriv --reuid=www-data --regid=www-data --clear-groups /bin/sleep infinity\n`,
  ),
  'unconfined.service': service(SLEEP.replace('=/', '=+/')),
  'dynamic.service': service(`DynamicUser=yes\n${SLEEP}`),
  'sliced.service': service(`Slice=mine.slice\nDelegate=yes\n${SLEEP}`),
  'twice.service': service('Type=oneshot\nExecStart=/bin/true\nExecStart=/bin/echo two\n'),
  'stays.service': service(
    'Type=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\nExecStop=/bin/touch /run/stopped\n',
  ),
}

const WALKED = [
  'bysocket',
  'inst@one',
  'forks',
  'watched',
  'reloads',
  'prefixed',
  'dynamic',
  'sliced',
  'twice',
  'stays',
]

/** Type=notify-reload: NEWS of systemd 253. */
const isKnown = (name: string, systemd: number) => name !== 'reloads' || systemd >= 253

const REFUSED: readonly (readonly [string, string, RegExp])[] = [
  ['a template', 'inst@', /is a template; name an instance/],
  ['an instance for one connection', 'per@0', /Accept=yes of per\.socket/],
  ['one that keeps active without a process', 'empty', /the process of empty\.service has ended/],
  ['one that runs with full privileges', 'unconfined', /"\+" before the command of unconfined\.service/],
  ['a unit of users', 'ofusers', /systemctl --user/],
  [
    'a timer',
    'twice.timer',
    /only services are hardened.*Name the service that it starts, for example twice/s,
  ],
]

describe.skipIf(skipLab()).each(RELEASES)(labTitle('each kind of unit on systemd $systemd'), (release) => {
  let lab: Lab

  beforeAll(async () => {
    const files = Object.fromEntries(
      Object.entries(UNITS).map(([name, text]) => [`/etc/systemd/system/${name}`, text]),
    )
    const started = WALKED.filter((name) => name !== 'twice' && isKnown(name, release.systemd))
    lab = await bootLab({
      ...release,
      files: {
        ...files,
        '/etc/systemd/system/bysocket.socket': socket(7001, ''),
        '/etc/systemd/system/per@.service': service('ExecStart=/bin/cat\nStandardInput=socket\n'),
        '/etc/systemd/system/per.socket': socket(7002, 'Accept=yes\n'),
        '/etc/systemd/system/lazy.service': service(HELLO),
        '/etc/systemd/system/lazy.socket': socket(7003, ''),
        '/etc/systemd/system/stopped.service': service(SLEEP),
        '/etc/systemd/system/empty.service': service('RemainAfterExit=yes\nExecStart=/bin/true\n'),
        '/etc/systemd/user/ofusers.service': service(SLEEP),
      },
      setup: [
        ['systemctl', 'daemon-reload'],
        [
          'systemctl',
          'start',
          'bysocket.socket',
          'per.socket',
          'lazy.socket',
          'empty',
          'unconfined',
          ...started,
        ],
      ],
    })
  })
  afterAll(() => lab?.stop())

  it.each(WALKED.filter((name) => isKnown(name, release.systemd)))(
    '%s is walked',
    { timeout: 180_000 },
    async (name) => {
      const { kept, stdout } = await walked(
        lab,
        name,
        ['--stages', 'capabilities', '--level', 'tight'],
        170_000,
      )
      expect(kept, stdout).toContain('CapabilityBoundingSet=')
      expect(stdout).toMatch(/Capabilities: kept,.*rehearsed first in a clone/)
    },
  )

  it.each(['stopped', 'lazy'])(
    '%s is walked in clones and not started',
    { timeout: 180_000 },
    async (name) => {
      const options = ['--stages', 'capabilities', '--level', 'tight']
      const { kept, stdout } = await walked(lab, name, options, 170_000)
      expect(kept, stdout).toContain('CapabilityBoundingSet=')
      expect(stdout).toMatch(/not yet started live\. It starts next when (?:somebody|lazy\.socket) starts it/)
      expect(await show(lab, name, 'ExecMainStartTimestampMonotonic')).toBe('0')
    },
  )

  it('a oneshot that stays active is not stopped by it', async () => {
    expect(await lab.read('/run/stopped')).toBeUndefined()
  })

  it.each(REFUSED)('%s is refused in words that fit', async (_, name, words) => {
    const { exitCode, stderr } = await lab.run(['hardenctl', name, '--yes'], { timeoutMs: 60_000 })
    expect([1, 2]).toContain(exitCode)
    expect(stderr).toMatch(words)
  })

  it('leaves only what waits for the next run of those that do not run', async () => {
    const names = (await leftovers(lab)).filter(
      (line) => !/standby-(?:twice|stays|stopped|lazy)|zz-hardenctl-standby/.test(line),
    )
    expect(names).toEqual([])
  })
})
