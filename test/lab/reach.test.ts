import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { answerOf, keptDropIn, within } from './kit/subjects.ts'
import { walked } from './kit/walked.ts'

/**
 * Answers GET by itself. POST does what its configuration or its arguments say, which nobody asks of it before or while
 * it is walked.
 */
const SERVER = `
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
const word = (name) => process.argv[process.argv.indexOf(name) + 1]
const { hook, data, image } = JSON.parse(readFileSync(word('--config'), 'utf8'))
createServer((request, response) => {
  try {
    if (request.method === 'POST') {
      if (hook) execFileSync(hook)
      if (data) readFileSync(data)
      if (image) writeFileSync(image, 'x')
      if (image) writeFileSync('/opt/shop/uploads/x', 'x')
      if (process.argv.includes('-u')) execFileSync('/usr/bin/true', { uid: 33, gid: 33 })
    }
    response.end('ok')
  } catch (error) {
    response.writeHead(500).end(String(error))
  }
}).listen(Number(word('--port')), '127.0.0.1')
`

/** Becomes another user for a job, and is never asked anything. */
const QUEUE = `
import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, rmSync } from 'node:fs'
setInterval(() => {
  if (!existsSync('/run/job')) return
  rmSync('/run/job')
  try {
    execFileSync('/usr/bin/true', { uid: 33, gid: 33 })
    appendFileSync('/var/tmp/done', 'ok')
  } catch (error) {
    appendFileSync('/var/tmp/done', String(error))
  }
}, 100)
`

const NODE = '/usr/local/bin/node'
const SERVE = `ExecStart=${NODE} /opt/server.mjs --config`
/** The second word names its port, the third and later ones are lines of its unit. */
const SERVERS = {
  hooked: { port: 8101, unit: `User=www-data\n${SERVE} /etc/hooked.json --port 8101\n` },
  switching: { port: 8102, unit: `${SERVE} /etc/empty.json --port 8102 -u www-data\n` },
  jobs: { port: 8103, unit: `KillMode=process\n${SERVE} /etc/empty.json --port 8103 -u www-data\n` },
}

describe.skipIf(skipLab())(labTitle('what a service may come to do'), () => {
  let lab: Lab

  beforeAll(async () => {
    lab = await bootLab({
      files: {
        '/opt/server.mjs': SERVER,
        '/opt/queue.mjs': QUEUE,
        '/opt/hook': '#!/bin/sh\nexit 0\n',
        '/etc/hooked.json': '{"hook": "/opt/hook",\n"data": "/home/alice/data",\n"image": "/srv/disk.img"}\n',
        '/etc/empty.json': '{}\n',
        '/home/alice/data': 'x',
        '/srv/disk.img': '',
        '/etc/systemd/system/queue.service': `[Service]\nExecStart=${NODE} /opt/queue.mjs\n`,
        ...Object.fromEntries(
          Object.entries(SERVERS).map(([name, { unit }]) => [
            `/etc/systemd/system/${name}.service`,
            `[Service]\n${unit}`,
          ]),
        ),
      },
      setup: [
        ['chmod', '0755', '/opt/hook', '/home/alice'],
        ['install', '-d', '-o', 'www-data', '/opt/shop/uploads'],
        ['chown', 'www-data', '/srv/disk.img'],
        ['systemctl', 'daemon-reload'],
        ['systemctl', 'start', 'queue', ...Object.keys(SERVERS)],
      ],
      ready: [
        ...['curl', '-sf', '--fail-early'],
        ...Object.values(SERVERS).map(({ port }) => `http://127.0.0.1:${port}/`),
      ],
    })
  })
  afterAll(() => lab?.stop())

  const posted = (port: number) => answerOf(lab, `http://127.0.0.1:${port}/`, 'POST')

  const walkOf = (name: string, stages: string) => walked(lab, name, ['--no-rehearsal', '--stages', stages])

  it('leaves open a program, a home and a file that its configuration names, and a folder of its account', async () => {
    const { kept } = await walkOf('hooked', 'filesystem')
    expect(kept).toContain('ProtectSystem=strict')
    expect(kept).not.toContain('ProtectHome=')
    expect(kept).toMatch(/^ReadWritePaths=.*-\/home\/alice\/data/m)
    expect(kept).toMatch(/^ReadWritePaths=.*-\/srv\/disk\.img/m)
    expect(kept).toMatch(/^ReadWritePaths=.*-\/opt\/shop\/uploads/m)
    expect(await posted(SERVERS.hooked.port)).toBe('200')
  }, 120_000)

  it('takes no right from a script that its arguments tell to become somebody else', async () => {
    const { stdout: said } = await walkOf('switching', 'capabilities,user')
    expect(said).toMatch(/not taken: Not reached: .*act as other users/)
    expect(said).toMatch(/^Played: 1 check and no exercises.*Not reached: /m)
    expect(await posted(SERVERS.switching.port)).toBe('200')
  }, 120_000)

  it('gives nothing to jobs that go on when their service is stopped', async () => {
    const { stdout: said } = await walkOf('jobs', 'filesystem,system')
    expect(said).toContain('KillMode=process leaves them running')
    expect(said).not.toContain('To undo')
    expect(await keptDropIn(lab, 'jobs.service')).toBeUndefined()
  }, 120_000)

  it('takes nothing by itself where nothing answers', async () => {
    const { stdout: said } = await walkOf('queue', 'capabilities,user')
    expect(said).toContain('No check')
    expect(said).toMatch(/not taken: Not reached/)
    await lab.output(['touch', '/run/job'])
    const done = async () => (await lab.read('/var/tmp/done')) !== undefined
    expect(await within(5000, done)).toBe(true)
    expect(await lab.read('/var/tmp/done')).toBe('ok')
  }, 120_000)
})
