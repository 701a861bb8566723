import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { answerOf } from './kit/subjects.ts'
import { walked } from './kit/walked.ts'

/** Writes into the folder of its account when it is told to, and never before. */
const WRITER = `
import { createServer } from 'node:http'
import { writeFileSync } from 'node:fs'
createServer((request, response) => {
  if (request.method === 'POST') writeFileSync('/var/lib/mine/note', 'x')
  response.end('ok')
}).listen(Number(process.env.PORT), '127.0.0.1')
`
const PORTS = { writer: 8097, mailer: 8098 }
const WALK = ['--no-rehearsal', '--stages', 'filesystem,system']

function unit(port: number, more = ''): string {
  const start = 'ExecStart=/usr/local/bin/node /opt/writer.mjs'
  return `[Service]\nUser=www-data\nEnvironment=PORT=${port}\n${more}${start}\n`
}

/** The setgid program by which it mails is started on a day that no proof plays. */
const MAILS = '# it mails by a setgid program\nNoNewPrivileges=no\n'

describe.skipIf(skipLab())(labTitle('a use that no proof has played'), () => {
  let lab: Lab

  beforeAll(async () => {
    lab = await bootLab({
      files: {
        '/opt/writer.mjs': WRITER,
        '/etc/systemd/system/writer.service': unit(PORTS.writer),
        '/etc/systemd/system/mailer.service': unit(PORTS.mailer, MAILS),
      },
      setup: [
        ['install', '-d', '-o', 'www-data', '-g', 'www-data', '/var/lib/mine'],
        ['systemctl', 'daemon-reload'],
        ['systemctl', 'start', 'writer', 'mailer'],
      ],
      ready: [
        'curl',
        '-sf',
        '--fail-early',
        ...Object.values(PORTS).map((port) => `http://127.0.0.1:${port}/`),
      ],
    })
  })
  afterAll(() => lab?.stop())

  const posted = (port: number) => answerOf(lab, `http://127.0.0.1:${port}/`, 'POST')

  it('leaves the folders of its own account writable', { timeout: 120_000 }, async () => {
    expect((await walked(lab, 'writer', WALK)).kept).toContain('ProtectSystem=strict')
    expect(await posted(PORTS.writer)).toBe('200')
    expect(await lab.read('/var/lib/mine/note')).toBe('x')
  })

  it('takes nothing from a helper for which NoNewPrivileges is kept off', { timeout: 120_000 }, async () => {
    const { kept } = await walked(lab, 'mailer', WALK)
    expect(kept).toContain('ProtectControlGroups=yes')
    // systemd 252 sets NoNewPrivileges= for an account with any filter of system calls.
    for (const denial of [
      'LockPersonality=',
      'PrivateDevices=',
      'NoNewPrivileges=yes',
      'ProtectSystem=',
      'UMask=',
      'NoExecPaths=',
    ])
      expect(kept).not.toContain(denial)
  })
})
