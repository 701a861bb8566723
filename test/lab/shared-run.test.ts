import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { walked } from './kit/walked.ts'

/** Listens in a folder that it shares with another unit, with a worker of another account beside it. */
const SHARING = `
import { createServer } from 'node:net'
import { rmSync } from 'node:fs'
import { spawn } from 'node:child_process'
const root = process.getuid() === 0 ? { uid: 33, gid: 33 } : {}
spawn('/usr/bin/sleep', ['infinity'], { stdio: 'ignore', ...root })
rmSync('/run/pair/sharing', { force: true })
createServer((socket) => socket.end()).listen('/run/pair/sharing')
`

/** The other unit, which has its socket there. */
const OTHER = `
import { createServer } from 'node:net'
import { rmSync } from 'node:fs'
rmSync('/run/pair/other', { force: true })
createServer((socket) => socket.end()).listen('/run/pair/other')
`

/** All that is seen is done by a worker; the root process waits on a pipe, for a word upon which it does what only root can. */
const PARENT = `
import { spawn } from 'node:child_process'
import { chmodSync } from 'node:fs'
const root = process.getuid() === 0 ? { uid: 33, gid: 33 } : {}
const worker = spawn('/usr/local/bin/node', ['/opt/worker.mjs'], { stdio: ['ignore', 'pipe', 'ignore'], ...root })
worker.stdout.on('data', () => chmodSync('/etc/shadow', 0o640))
`

const WORKER = `
import { createServer } from 'node:net'
createServer((socket) => socket.end()).listen(8099, '127.0.0.1')
`

function unit(script: string): string {
  return `[Service]\nExecStart=/usr/local/bin/node /opt/${script}.mjs\n`
}

const WALK = ['--level', 'tight', '--no-rehearsal', '--stages', 'user']

describe.skipIf(skipLab())(labTitle('what is not the service’s own'), () => {
  let lab: Lab

  beforeAll(async () => {
    lab = await bootLab({
      files: {
        '/opt/sharing.mjs': SHARING,
        '/opt/other.mjs': OTHER,
        '/opt/parent.mjs': PARENT,
        '/opt/worker.mjs': WORKER,
        '/etc/systemd/system/sharing.service': unit('sharing'),
        '/etc/systemd/system/other.service': unit('other'),
        '/etc/systemd/system/parent.service': unit('parent'),
        '/etc/tmpfiles.d/pair.conf': 'd /run/pair 0770 root www-data -\n',
      },
      setup: [
        ['systemd-tmpfiles', '--create', '/etc/tmpfiles.d/pair.conf'],
        ['systemctl', 'daemon-reload'],
        ['systemctl', 'start', 'other', 'sharing', 'parent'],
      ],
      ready: ['stat', '/run/pair/sharing', '/run/pair/other'],
    })
  })
  afterAll(() => lab?.stop())

  async function inode(path: string): Promise<string> {
    return (await lab.run(['stat', '-c', '%i %u:%g %a', path])).stdout.trim()
  }

  it('leaves a run folder alone in which another unit has its socket', { timeout: 120_000 }, async () => {
    const before = [await inode('/run/pair'), await inode('/run/pair/other')]
    const { kept } = await walked(lab, 'sharing', WALK)
    expect(kept).toContain('User=www-data')
    expect(kept).not.toContain('RuntimeDirectory=')
    expect([await inode('/run/pair'), await inode('/run/pair/other')]).toEqual(before)
    expect((await lab.run(['hardenctl', 'undo', 'sharing'], { timeoutMs: 60_000 })).exitCode).toBe(0)
    expect([await inode('/run/pair'), await inode('/run/pair/other')]).toEqual(before)
  })

  it('leaves root to a process that only waits beside its worker', { timeout: 120_000 }, async () => {
    const { stdout, kept } = await walked(lab, 'parent', WALK)
    expect(stdout).toContain('[ ] User=www-data')
    expect(kept).not.toContain('User=')
  })
})
