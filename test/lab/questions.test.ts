import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { leftovers, show } from './kit/subjects.ts'
import { walked } from './kit/walked.ts'

/** Each daemon writes down what it was sent; what kills it, and where it listens, is what the tests are about. */
const DAEMON = `const { createServer } = require('node:net')
const { appendFileSync, renameSync, rmSync } = require('node:fs')
const { spawn } = require('node:child_process')
const name = process.argv[2]
const heard = (data) => appendFileSync('/var/log/heard-' + name, data.toString('latin1') + '\\n')
// Whatever is no UTF-8 is not caught: it ends.
const fragile = (socket) => {
  socket.on('error', () => undefined)
  socket.on('data', (data) => {
    heard(data)
    new TextDecoder('utf-8', { fatal: true }).decode(data)
    socket.end()
  })
}
const pong = (socket) => {
  socket.on('error', () => undefined)
  socket.on('data', (data) => socket.end('pong ' + data))
}
const mail = (socket) => {
  socket.on('error', () => undefined)
  socket.write('220 lab ESMTP\\r\\n')
  socket.on('data', (data) => {
    heard(data)
    if (/^EHLO/.test(data)) socket.write('250-lab\\r\\n250-PIPELINING\\r\\n250 SIZE 1000\\r\\n')
    else if (/^QUIT/.test(data)) socket.end('221 bye\\r\\n')
    else socket.write('502 no\\r\\n')
  })
}
let count = 0
const fickle = require('node:http').createServer((request, response) => {
  count += 1
  response.writeHead(count % 2 ? 200 : 500).end()
})
const folder = process.env.RUNTIME_DIRECTORY
const at = (make, path) => createServer(make).listen(path, () => renameSync(path, folder + '/X'))
if (name === 'fragile') createServer(fragile).listen(711, '127.0.0.1')
if (name === 'fragile-tls') createServer(fragile).listen(8443, '127.0.0.1')
if (name === 'mail') createServer(mail).listen(2525, '127.0.0.1')
if (name === 'fickle') fickle.listen(8081, '127.0.0.1')
if (name === 'renamed') at(pong, folder + '/X.tmp')
if (name === 'by-pid') at(pong, folder + '/X.' + process.pid)
if (name === 'by-main') {
  spawn(process.execPath, ['-e', "require('node:net').createServer((s) => s.end()).listen(process.argv[1])", folder + '/Y.' + process.pid])
  createServer(pong).listen(8131, '127.0.0.1')
}
if (name === 'by-number') at(pong, folder + '/X.' + (Date.now() % 100000) + '.tmp')
if (name === 'removed') createServer(pong).listen(folder + '/X', () => rmSync(folder + '/X'))
`
const NAMES = [
  'fragile',
  'fragile-tls',
  'mail',
  'fickle',
  'renamed',
  'by-pid',
  'by-main',
  'by-number',
  'removed',
]

const unit = (name: string) => `[Service]
RuntimeDirectory=ask-${name}
ExecStart=/usr/local/bin/node /srv/ask.js ${name}
`

let lab: Lab

const heard = async (name: string) => (await lab.read(`/var/log/heard-${name}`)) ?? ''
const identity = async (name: string) =>
  `${await show(lab, `ask-${name}`, 'InvocationID')} ${await show(lab, `ask-${name}`, 'MainPID')}`

/** The wizard as far as its first stage, or as far as it comes; what stood on the baseline's screen, and after. */
async function baselineOf(name: string, ...options: string[]): Promise<{ asked: string; after: string }> {
  const wizard = lab.spawnPty(['hardenctl', `ask-${name}`, ...options], { columns: 150, rows: 45 })
  await wizard.waitFor('Enter measure', 90_000)
  const asked = wizard.screen().join('\n')
  await wizard.press('enter')
  await wizard.waitFor(/Stage 1|Looking|clone of this host|does not answer reliably|differently/, 60_000)
  const after = wizard.screen().join('\n')
  wizard.kill('SIGINT')
  await wizard.ended(60_000)
  return { asked, after }
}

describe.skipIf(skipLab())(labTitle('the first questions to a service'), () => {
  beforeAll(async () => {
    lab = await bootLab({
      files: {
        '/srv/ask.js': DAEMON,
        ...Object.fromEntries(NAMES.map((name) => [`/etc/systemd/system/ask-${name}.service`, unit(name)])),
        '/etc/systemd/system/ask-none.service': '[Service]\nExecStart=/usr/bin/sleep infinity\n',
      },
      services: [],
    })
    await lab.output(['systemctl', 'start', 'ask-none', ...NAMES.map((name) => `ask-${name}`)])
    await lab.untilSuccess(['sh', '-c', 'ss -ltn | grep -q :2525'])
  })
  afterAll(() => lab?.stop())

  it('that would kill it are asked in a clone only', { timeout: 200_000 }, async () => {
    const before = await identity('fragile')
    const { asked } = await baselineOf('fragile')
    expect(asked).toMatch(/connect to 127\.0\.0\.1 port 711/)
    expect(asked.replaceAll(/\s+/g, ' ')).toMatch(/In a clone the service ended when .*711 was asked/)
    expect(await identity('fragile')).toBe(before)
    expect(await heard('fragile')).toBe('')
    expect(await leftovers(lab)).toEqual([])
  })

  it('that kill it live where no clone may be had are asked once, and it is started again', {
    timeout: 200_000,
  }, async () => {
    const { asked, after } = await baselineOf('fragile-tls', '--no-rehearsal')
    expect(asked.replaceAll(/\s+/g, ' ')).toMatch(
      /service ended when it was asked GET https:.*; hardenctl started it again and will not ask that again/,
    )
    expect(asked).toMatch(/connect to 127\.0\.0\.1 port 8443/)
    expect(after).not.toMatch(/Nothing was changed/)
    expect(await show(lab, 'ask-fragile-tls', 'ActiveState')).toBe('active')
    // At the start of what was heard alone: a hello has a thousand random bytes, and these two among them once in fifty.
    expect((await heard('fragile-tls')).match(/^\x16\x03/gm)).toHaveLength(1)
  })

  it('are those of a peer: one that greets is told by it, and sent no HTTP', {
    timeout: 200_000,
  }, async () => {
    const { asked } = await baselineOf('mail')
    expect(asked).toMatch(/SMTP on 127\.0\.0\.1 port 2525/)
    expect(await heard('mail')).toMatch(/EHLO localhost/)
    expect(await heard('mail')).not.toMatch(/GET|HTTP/)
  })

  it.each(['renamed', 'by-pid', 'by-number'])(
    'find a socket that was %s',
    { timeout: 200_000 },
    async (name) => {
      const { asked, after } = await baselineOf(name)
      expect(asked).toContain(`connect to /run/ask-${name}/X `)
      expect(asked).not.toContain('No clone could be asked first')
      expect(after).not.toMatch(/already fails now|does not answer/)
    },
  )

  it('leave a socket alone whose name another process put its id into', { timeout: 200_000 }, async () => {
    const { asked, after } = await baselineOf('by-main')
    expect(asked.replaceAll(/\s+/g, ' ')).toMatch(/ask-by-main\/Y\.\{pid\}: a process id in its name/)
    expect(asked).not.toContain('No clone could be asked first')
    expect(after).not.toMatch(/already fails now|does not answer/)
  })

  it('leave a socket alone that was removed', { timeout: 200_000 }, async () => {
    const { asked } = await baselineOf('removed')
    expect(asked.replaceAll(/\s+/g, ' ')).toMatch(
      /ask-removed\/X: its file was removed.*compares it but does not ask it/,
    )
  })

  it('that do not hold give way to those that the person gave', { timeout: 200_000 }, async () => {
    const alone = await lab.run(['hardenctl', 'ask-fickle', '--yes', '--no-rehearsal'], { timeoutMs: 60_000 })
    expect(alone.exitCode).toBe(1)
    expect(alone.stderr).toMatch(/answers differently.*Nothing was changed/)
    const { after } = await baselineOf('fickle', '--no-rehearsal', '--check', 'tcp:127.0.0.1:8081')
    expect(after).not.toMatch(/does not answer reliably|differently.*Enter measure/s)
  })

  it('that can’t be asked at all leave nobody in the belief that it answers', {
    timeout: 240_000,
  }, async () => {
    const options = ['--level', 'tight', '--no-rehearsal', '--stages', 'capabilities']
    const { stdout } = await walked(lab, 'ask-none', options, 230_000)
    expect(stdout).toMatch(/No check: hardenctl found nothing to ask this service/)
    expect(stdout).not.toMatch(/answers as before/)
    expect(stdout).toMatch(/no check could ask it anything/)
    expect(await lab.output(['hardenctl', 'status', 'ask-none'])).toMatch(
      /No check: no check could ask it anything/,
    )
  })
})
