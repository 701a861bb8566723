import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { keptDropIn, within } from './kit/subjects.ts'

/** Writes into the folder of its account when it is told to, and never before. */
const WRITER = `
import { createServer } from 'node:http'
import { writeFileSync } from 'node:fs'
createServer((request, response) => {
  if (request.method === 'POST') writeFileSync('/var/lib/mine/note', 'x')
  response.end('ok')
}).listen(8097, '127.0.0.1')
`

function unit(more: string): string {
  return `[Service]\nUser=www-data\n${more}ExecStart=/usr/local/bin/node /opt/writer.mjs\n`
}

describe.skipIf(skipLab())(labTitle('a use that no proof has played'), () => {
  let lab: Lab

  beforeAll(async () => {
    lab = await bootLab({
      files: {
        '/opt/writer.mjs': WRITER,
        '/etc/systemd/system/writer.service': unit('# it mails by a setgid program\nNoNewPrivileges=no\n'),
      },
      setup: [
        ['install', '-d', '-o', 'www-data', '-g', 'www-data', '/var/lib/mine'],
        ['systemctl', 'daemon-reload'],
        ['systemctl', 'start', 'writer'],
      ],
    })
    expect(await within(10_000, async () => (await request('GET')) === '200')).toBe(true)
  })
  afterAll(() => lab?.stop())

  async function request(method: string): Promise<string> {
    const curl = ['curl', '-s', '-o', '/dev/null', '-m', '5', '-w', '%{http_code}', '-X', method]
    return (await lab.run([...curl, 'http://127.0.0.1:8097/'])).stdout
  }

  it('keeps its own folder writable, and what the unit leaves off on purpose', {
    timeout: 160_000,
  }, async () => {
    const walk = await lab.run(
      [
        'hardenctl',
        'writer',
        '--yes',
        '--no-rehearsal',
        '--stages',
        'filesystem,system',
        '--watch-seconds',
        '2',
      ],
      { timeoutMs: 150_000 },
    )
    expect(walk.exitCode, walk.stdout).toBe(0)
    const kept = (await keptDropIn(lab, 'writer.service')) ?? ''
    expect(kept).toContain('ProtectSystem=strict')
    expect(kept).not.toContain('NoNewPrivileges=yes')
    expect(await request('POST')).toBe('200')
    expect(await lab.read('/var/lib/mine/note')).toBe('x')
  })
})
