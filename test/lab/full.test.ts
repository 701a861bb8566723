import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { show, within } from './kit/subjects.ts'
import { walked } from './kit/walked.ts'

/**
 * Takes mails, and some time later writes each to the mailbox of its account, as root: the folder is below a
 * home, which is closed to others.
 */
const POST = `
import { appendFile } from 'node:fs'
import { createServer } from 'node:net'
const REPLY = { EHLO: 250, MAIL: 250, RCPT: 250, DATA: 354, QUIT: 221 }
createServer((socket) => {
  let [user, body, text] = ['', undefined, '']
  socket.on('error', () => {})
  socket.write('220 lab ESMTP\\r\\n')
  socket.on('data', (data) => {
    text += data
    for (let at = text.indexOf('\\r\\n'); at >= 0; at = text.indexOf('\\r\\n')) {
      const line = text.slice(0, at)
      text = text.slice(at + 2)
      if (body !== undefined && line !== '.') { body.push(line); continue }
      if (body !== undefined) {
        const mail = body.join('\\n') + '\\n'
        body = undefined
        setTimeout(() => appendFile('/home/' + user + '/mail/inbox', mail, () => {}), 100)
        socket.write('250 queued\\r\\n')
        continue
      }
      const word = line.slice(0, 4)
      if (word === 'RCPT') user = /<(\\w+)/.exec(line)?.[1]
      if (word === 'DATA') body = []
      socket.write((REPLY[word] ?? 500) + ' done\\r\\n')
    }
  })
}).listen(2525, '127.0.0.1')
`

/** A program of its own, and not an interpreter, which may do anything. */
const DAEMON = '/opt/daemon'
const UNIT = `[Service]
ExecStart=${DAEMON} -e "import('/opt/post.mjs')"
`

/** Sends standard input to alice. */
const MAIL = ['curl', '-s', '-m', '5', 'smtp://127.0.0.1:2525', '--mail-rcpt', 'alice', '-T', '-']

describe.skipIf(skipLab())(labTitle('what clones play in full'), () => {
  let lab: Lab

  beforeAll(async () => {
    lab = await bootLab({
      files: {
        '/opt/post.mjs': POST,
        '/etc/systemd/system/post.service': UNIT,
      },
      setup: [
        ['useradd', '--create-home', '--shell', '/bin/bash', 'alice'],
        ['chmod', '0700', '/home/alice'],
        ['install', '-d', '-m', '0777', '/home/alice/mail'],
        ['cp', '/usr/local/bin/node', DAEMON],
        ['systemctl', 'daemon-reload'],
        ['systemctl', 'start', 'post'],
      ],
      ready: ['sh', '-c', `echo first | ${MAIL.join(' ')}`],
    })
  })
  afterAll(() => lab?.stop())

  const delivered = async (word: string) => {
    expect(await within(3000, async () => (await lab.run(MAIL, { input: word })).exitCode === 0)).toBe(true)
    const arrived = async () => (await lab.read('/home/alice/mail/inbox'))?.includes(word) === true
    return within(3000, arrived)
  }

  it('a mail still comes to the account after the walk and a restart', async () => {
    expect(await delivered('before')).toBe(true)
    const { stdout, kept } = await walked(lab, 'post', ['--stages', 'capabilities'], 170_000)
    expect(await delivered('walked'), kept).toBe(true)
    await lab.output(['systemctl', 'restart', 'post'])
    expect(await delivered('restarted')).toBe(true)
    expect(stdout).toContain('; in clones a mail to alice was delivered to /home/alice/mail/inbox')
    expect(kept).toMatch(/^CapabilityBoundingSet=.*CAP_DAC_READ_SEARCH/m)
    expect(await show(lab, 'post', 'CapabilityBoundingSet')).not.toContain('cap_sys_admin')
  }, 240_000)
})
