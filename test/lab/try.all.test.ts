import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventsOf } from './kit/events.ts'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { list } from './kit/listing.ts'
import { comparable, show } from './kit/subjects.ts'

/** It logs each request. */
const SERVER = `
import { openSync, writeSync } from 'node:fs'
import { createServer } from 'node:http'
const log = openSync('/srv/served/log', 'a')
createServer((_, response) => {
  writeSync(log, 'asked\\n')
  response.end('ok')
}).listen(8097, '127.0.0.1')
`
const UNIT = '[Service]\nUser=www-data\nLockPersonality=yes\nExecStart=/usr/local/bin/node /opt/server.mjs\n'
const DROP_IN = `
# From somewhere
[Service]
LockPersonality=yes
ProtectHome=yes
UMask=0000
ProtectSystem=strict
RestrictAddressFamilies=AF_UNIX
ProtectClock=true
`

describe.skipIf(skipLab())(labTitle("another's drop-in"), () => {
  let lab: Lab

  beforeAll(async () => {
    lab = await bootLab({
      files: {
        '/opt/server.mjs': SERVER,
        '/etc/systemd/system/served.service': UNIT,
        '/srv/served/log': '',
        '/srv/given.conf': DROP_IN,
      },
      setup: [
        ['chown', '-R', 'www-data', '/srv/served'],
        ['systemctl', 'daemon-reload'],
        ['systemctl', 'start', 'served'],
      ],
      ready: ['curl', '-sf', 'http://127.0.0.1:8097/'],
    })
  })
  afterAll(() => lab?.stop())

  it.each([
    [
      'a command',
      '[Service]\nProtectHome=yes\nExecStartPre=+/bin/touch /srv/owned\n',
      /ExecStartPre= \(line 3\)/,
    ],
    ['an account', '[Service]\nUser=root\n', /User= \(line 2\)/],
    ['a value that is none', '[Service]\nProtectHome=maybe\n', /ProtectHome= takes yes.*\(line 2\)/],
    ['too much', `[Service]\n${'#'.repeat(70_000)}`, /larger than a drop-in can be/],
  ])('with %s is refused before anything is looked at', async (_, text, reason) => {
    await lab.write('/srv/hostile.conf', text)
    const { exitCode, stdout, stderr } = await lab.run(['hardenctl', 'try', '/srv/hostile.conf', 'served'])
    expect(stderr).toMatch(reason)
    expect([exitCode, stdout, stderr.split('\n').length]).toEqual([2, '', 2])
  })

  it('is proven row by row, and the live service is left alone', { timeout: 120_000 }, async () => {
    const before = comparable(await list(lab, 'served'))
    const invocation = await show(lab, 'served', 'InvocationID')
    const asked = ['try', '/srv/given.conf', 'served', '-o', '/srv/held.json', '--json']
    const result = await lab.run(['hardenctl', ...asked], { timeoutMs: 110_000 })
    expect(result.exitCode, result.stderr).toBe(3)
    const [told] = eventsOf(result).flatMap((one) => (one.event === 'tried' ? [one.rows] : []))
    const outcomes = Object.fromEntries((told ?? []).map(({ directive, outcome }) => [directive, outcome]))
    expect(outcomes).toEqual({
      ProtectSystem: 'given-more',
      ProtectHome: 'holds',
      UMask: 'unfit',
      ProtectClock: 'holds',
      RestrictAddressFamilies: 'breaks',
      LockPersonality: 'in-force',
    })
    expect(result.stderr).toMatch(/ProtectSystem=strict: breaks as it is.*needs to write \/srv\/served/)
    expect(result.stderr).toMatch(/RestrictAddressFamilies=AF_UNIX: breaks: the start failed/)
    expect(await show(lab, 'served', 'InvocationID')).toBe(invocation)
    expect(comparable(await list(lab, 'served')).files).toEqual(before.files)
  })

  it('of which what held can be applied', { timeout: 60_000 }, async () => {
    const apply = ['apply', '/srv/held.json', '--yes', '--no-rehearsal', '--watch-seconds', '1']
    const { exitCode, stdout } = await lab.run(['hardenctl', ...apply], { timeoutMs: 50_000 })
    expect(exitCode, stdout).toBe(0)
    expect(await show(lab, 'served', 'ProtectHome')).toBe('yes')
    expect(await show(lab, 'served', 'ReadWritePaths')).toContain('/srv/served')
    expect(await show(lab, 'served', 'UMask')).toBe('0022')
  })
})
