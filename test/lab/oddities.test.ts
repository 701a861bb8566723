import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { walked } from './kit/walked.ts'

/** Without its store it goes on, says so in words of its own, and lets only its own account in. */
const SERVICE = `
import { accessSync, chmodSync, constants } from 'node:fs'
import { createServer } from 'node:net'
console.log('begin with pid ' + process.pid)
let mode = 0o666
try {
  accessSync('/opt/store', constants.W_OK)
} catch {
  mode = 0o600
  console.log('no store for pid ' + process.pid + ', results are lost')
}
const path = '/run/asked/socket'
createServer((socket) => socket.on('error', () => {}).end('ok')).listen(path, () => chmodSync(path, mode))
`
const UNIT = `[Service]
RuntimeDirectory=asked
ExecStart=/usr/local/bin/node /opt/asked.mjs
`

describe.skipIf(skipLab())(labTitle('what is other than before though no check fails'), () => {
  let lab: Lab

  beforeAll(async () => {
    lab = await bootLab({
      files: { '/opt/asked.mjs': SERVICE, '/etc/systemd/system/asked.service': UNIT },
      setup: [
        ['mkdir', '/opt/store'],
        ['systemctl', 'daemon-reload'],
        ['systemctl', 'start', 'asked'],
      ],
      ready: ['test', '-S', '/run/asked/socket'],
    })
  })
  afterAll(() => lab?.stop())

  it('is told by --yes: a new kind of line, and not the old one; a socket’s mode', {
    timeout: 120_000,
  }, async () => {
    const options = ['--level', 'tight', '--no-rehearsal', '--stages', 'filesystem']
    const { stdout } = await walked(lab, 'asked', options)
    expect(stdout).toMatch(
      /other than before: a new kind of line in its log: no store for pid \d+, results are lost/,
    )
    expect(stdout).not.toMatch(/new kind of line.*begin with pid/)
    expect(stdout).toContain(
      'other than before: /run/asked/socket belongs to 0:0, mode 600; before the change to 0:0, mode 666',
    )
  })
})
