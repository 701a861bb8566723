import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { walked } from './kit/walked.ts'

/** Tells whether /home is a mount of its own, and answers as before where it is one. */
const TELLER = `
import { readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
rmSync('/run/teller', { force: true })
const home = () => readFileSync('/proc/self/mounts', 'utf8').includes(' /home ') ? 'a mount' : 'a folder'
createServer((socket) => {
  socket.on('error', () => {})
  socket.on('data', (data) => { if (String(data) === 'home') socket.end(home()) })
}).listen({ path: '/run/teller', writableAll: true, readableAll: true })
`
const ASK = `
import { connect } from 'node:net'
connect('/run/teller').on('connect', function () { this.write('home') }).pipe(process.stdout)
`
/** Left out, so that fewer rows are tried one by one. */
const SKIPPED = [
  'PrivateDevices',
  'ProtectKernelTunables',
  'ProtectControlGroups',
  'ProtectKernelModules',
  'ProtectKernelLogs',
  'ProtectProc',
  'NoExecPaths',
  'PrivateIPC',
]
describe.skipIf(skipLab())(labTitle('an exercise'), () => {
  let lab: Lab

  beforeAll(async () => {
    lab = await bootLab({
      files: {
        '/opt/teller.mjs': TELLER,
        '/opt/ask.mjs': ASK,
        '/etc/systemd/system/teller.service': '[Service]\nExecStart=/usr/local/bin/node /opt/teller.mjs\n',
      },
      setup: [
        ['systemctl', 'daemon-reload'],
        ['systemctl', 'start', 'teller'],
      ],
      ready: ['node', '/opt/ask.mjs'],
    })
  })
  afterAll(() => lab?.stop())

  it('is compared by what it prints, so that a row is found under which only that differs', {
    timeout: 250_000,
  }, async () => {
    const skipped = SKIPPED.flatMap((key) => ['--skip', key])
    const use = ['--exercise', '/usr/local/bin/node /opt/ask.mjs', '--stages', 'filesystem', ...skipped]
    const { stdout, kept } = await walked(lab, 'teller', use, 240_000)
    expect(stdout).toContain('play /usr/local/bin/node /opt/ask.mjs: it answers with other content')
    expect(kept).toContain('UMask=')
    expect(kept).not.toContain('ProtectHome=')
  })
})
