import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { show } from './kit/subjects.ts'

/** Keeps the last word that it was told, beside a salt that only root may read; closes both at once. */
const SERVICE = `
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
createServer((socket) => {
  socket.on('error', () => {})
  socket.on('data', (word) => {
    writeFileSync('/var/lib/keeper/word', word)
    socket.end(readFileSync('/var/lib/keeper/salt', 'utf8') + readFileSync('/var/lib/keeper/word', 'utf8'))
  })
}).listen(8097, '127.0.0.1')
`
const USE = `
import { connect } from 'node:net'
const word = String(Date.now())
let said = ''
connect(8097, '127.0.0.1')
  .on('connect', function () { this.write(word) })
  .on('data', (data) => { said += data })
  .on('close', () => process.exit(said === 'salt' + word ? 0 : 1))
`
const SETUP = `mkdir -m 700 /var/lib/keeper
printf salt >/var/lib/keeper/salt
chmod 600 /var/lib/keeper/salt
useradd --system --shell /usr/sbin/nologin keeper
systemctl daemon-reload
systemctl start keeper`
const ASK = ['/usr/local/bin/node', '/opt/use.mjs']
const OWNERS = ['find', '/var/lib/keeper', '-printf', '%f %u %m\n']

describe.skipIf(skipLab())(labTitle('a service of root that closes what it writes'), () => {
  let lab: Lab

  beforeAll(async () => {
    lab = await bootLab({
      files: {
        '/opt/keeper.mjs': SERVICE,
        '/opt/use.mjs': USE,
        '/etc/systemd/system/keeper.service': '[Service]\nExecStart=/usr/local/bin/node /opt/keeper.mjs\n',
      },
      setup: [['sh', '-ec', SETUP]],
      ready: ASK,
    })
  })
  afterAll(() => lab?.stop())

  it('gets the idle account of its name with its files where its use was played, and root gets all back by the undo', {
    timeout: 150_000,
  }, async () => {
    const before = (await lab.output(OWNERS)).split('\n').sort()
    const argv = ['hardenctl', 'keeper', '--yes', '--stages', 'capabilities,user', '--watch-seconds', '1']
    const walk = await lab.run([...argv, '--exercise', ASK.join(' ')], { timeoutMs: 140_000 })
    expect(walk.exitCode, walk.stdout + walk.stderr).toBe(0)
    expect(await show(lab, 'keeper', 'User'), walk.stdout).toBe('keeper')
    expect((await lab.output(OWNERS)).split('\n').sort()).toEqual(
      before.map((line) => line.replace(' root ', ' keeper ')),
    )
    await lab.output(ASK)
    await lab.output(['hardenctl', 'undo', 'keeper'])
    expect((await lab.output(OWNERS)).split('\n').sort()).toEqual(before)
    await lab.output(ASK)
  })
})
