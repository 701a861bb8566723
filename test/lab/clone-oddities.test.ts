import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OddVerdict } from './inside/odd-main.ts'
import { programFiles } from './kit/bundled.ts'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'

/** Where the mount of a setting, or what proc tells of it, shows that it is in force, something happens beside the answer. */
const SERVICE = `
import { readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
const proc = (name) => readFileSync('/proc/self/' + name, 'utf8')
const mounted = (path) => proc('mountinfo').includes(' ' + path + ' ')
if (!mounted('/home')) writeFileSync('/srv/kept/state', 'up')
if (mounted('/var/tmp')) rmSync('/run/others', { force: true })
if (proc('status').includes('NoNewPrivs:\\t1')) console.log('no helper for pid ' + process.pid + ': Permission denied')
if (readlinkSync('/proc/self/ns/uts') !== readlinkSync('/proc/1/ns/uts')) console.log('alone since ' + new Date())
const starts = Number(readFileSync('/srv/kept/starts', 'utf8')) + 1
writeFileSync('/srv/kept/starts', String(starts))
if (starts > 5) console.log('this comes by chance: Operation not permitted')
const words = mounted('/usr') ? 'a few' : 'all of them'
createServer((request, response) => response.end(words + ' at ' + Date.now())).listen(8096, '127.0.0.1')
`
const FOLDER = '/opt/odd-main'
const SETTINGS = [
  'ProtectHome=yes',
  'PrivateTmp=yes',
  'NoNewPrivileges=yes',
  'ProtectSystem=yes',
  'ProtectHostname=yes',
  'ProtectClock=yes',
]

describe.skipIf(skipLab())(labTitle('what no check tells, in a clone'), () => {
  let lab: Lab
  let verdicts: OddVerdict[]

  beforeAll(async () => {
    lab = await bootLab({
      files: {
        ...(await programFiles(FOLDER, 'test/lab/inside/odd-main.ts')),
        '/opt/odd.mjs': SERVICE,
        '/srv/kept/starts': '0',
        '/etc/systemd/system/odd.service': '[Service]\nExecStart=/usr/local/bin/node /opt/odd.mjs\n',
        '/etc/tmpfiles.d/others.conf': 'f /run/others 0644 root root -\n',
      },
      setup: [
        ['systemctl', 'daemon-reload'],
        ['systemctl', 'start', 'odd'],
      ],
      ready: ['curl', '-sf', 'http://127.0.0.1:8096/'],
    })
    const argv = ['node', `${FOLDER}/main.mjs`, 'odd.service', 'http://127.0.0.1:8096/', ...SETTINGS]
    verdicts = JSON.parse(await lab.output(argv, { timeoutMs: 170_000 }))
  }, 200_000)
  afterAll(() => lab?.stop())

  it.each([
    [
      'a file that each start writes, and this one did not',
      'ProtectHome=yes',
      /^it does not write \/srv\/kept\/state, which it writes unhardened$/,
    ],
    [
      'a file of others that is gone',
      'PrivateTmp=yes',
      /^it removes \/run\/others, which it leaves alone unhardened$/,
    ],
    [
      'a refusal in its log',
      'NoNewPrivileges=yes',
      /^its log says no helper for pid \d+: Permission denied$/,
    ],
    ['an answer with other content', 'ProtectSystem=yes', /^GET \S+: it answers with other content$/],
  ])('%s breaks the setting', (_, setting, words) => {
    const found = verdicts.find((one) => one.setting === setting)
    expect(found).toMatchObject({ holds: false, words: expect.stringMatching(words) })
  })

  it('another new line is told, and breaks nothing', () => {
    const found = verdicts.find(({ setting }) => setting === 'ProtectHostname=yes')
    expect(found).toMatchObject({ holds: true, words: expect.stringMatching(/^its log says alone since/) })
  })

  it('what the unhardened service shows too, when it is played again, breaks nothing', () => {
    expect(verdicts.at(-1)).toEqual({ setting: 'ProtectClock=yes', holds: true, words: '' })
  })
})
