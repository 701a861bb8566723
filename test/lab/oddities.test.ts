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
  console.log(process.env.SAYS ?? 'no store for pid ' + process.pid + ', results are lost')
}
const path = process.env.RUNTIME_DIRECTORY + '/socket'
createServer((socket) => socket.on('error', () => {}).end('ok')).listen(path, () => chmodSync(path, mode))
`
const UNIT = `[Service]
RuntimeDirectory=asked
ExecStart=/usr/local/bin/node /opt/asked.mjs
`

/** The same, which says that it was refused. */
const REFUSED = `[Service]
RuntimeDirectory=refused
Environment="SAYS=/opt/store: Permission denied"
ExecStart=/usr/local/bin/node /opt/asked.mjs
`

describe.skipIf(skipLab())(labTitle('what is other than before though no check fails'), () => {
  let lab: Lab

  beforeAll(async () => {
    lab = await bootLab({
      files: {
        '/opt/asked.mjs': SERVICE,
        '/etc/systemd/system/asked.service': UNIT,
        '/etc/systemd/system/refused.service': REFUSED,
      },
      setup: [
        ['mkdir', '/opt/store'],
        ['systemctl', 'daemon-reload'],
        ['systemctl', 'start', 'asked', 'refused'],
      ],
      ready: ['test', '-S', '/run/asked/socket', '-a', '-S', '/run/refused/socket'],
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

  it('takes the stage back by --yes where that line tells of a refusal', { timeout: 120_000 }, async () => {
    const options = ['--level', 'tight', '--no-rehearsal', '--stages', 'filesystem']
    const { stdout, kept } = await walked(lab, 'refused', options)
    expect(stdout).toMatch(/rolled back: a new kind of line in its log: \/opt\/store: Permission denied/)
    expect(kept).toBe('')
    expect(await lab.output(['systemctl', 'is-active', 'refused'])).toBe('active\n')
  })
})
