import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Facts } from '../../src/observe/facts.ts'
import { bundledText } from './kit/bundled.ts'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'

const PROGRAM = '/tmp/observe.mjs'

/** Prints the facts of the unit that is its argument. */
const OBSERVER = `
  import { liveHost } from './src/host/live-host.ts'
  import { observe } from './src/observe/observe.ts'
  const facts = await observe(liveHost(), process.argv[2])
  console.log(JSON.stringify({ facts }))`

describe.skipIf(skipLab()).each(['bookworm', 'trixie'])(labTitle('observing on %s'), (suite) => {
  let lab: Lab
  let program: string

  beforeAll(async () => {
    program = await bundledText(OBSERVER)
    lab = await bootLab({
      suite,
      services: ['apache2', 'redis-server'],
      files: {
        [PROGRAM]: program,
        '/etc/systemd/system/apache2.service.d/secret.conf': '[Service]\nEnvironment="TOKEN=s3cret word"\n',
        // Both web servers want port 80.
        '/etc/nginx/sites-enabled/default': 'server { listen 8080; listen [::]:8080; root /var/www/html; }\n',
      },
    })
  }, 120_000)
  afterAll(() => lab?.stop())

  async function look(unit: string): Promise<{ facts: Facts }> {
    return JSON.parse(await lab.output(['node', PROGRAM, unit]))
  }

  test('apache2: root with workers, a script as ExecStart, logs, and no secret', async () => {
    const { facts } = await look('apache2.service')
    expect(facts.processes.length).toBeGreaterThan(1)
    const main = facts.processes.find(({ isMain }) => isMain)
    expect(main).toMatchObject({ executable: '/usr/sbin/apache2', uid: { real: 0 }, noNewPrivileges: false })
    expect(main?.capabilities.effective).toContain('cap_net_bind_service')
    expect(facts.processes.filter(({ isMain }) => !isMain)[0]?.capabilities.effective).toEqual([])
    expect(facts.sockets.filter(({ state }) => state === 'listening')).toMatchObject([
      { family: 'AF_INET6', address: '::', port: 80, heldBySystemd: false },
    ])
    const kinds = Object.fromEntries(facts.executables.map(({ path, kind }) => [path, kind]))
    expect(kinds).toMatchObject({
      '/usr/sbin/apache2': 'elf',
      '/usr/sbin/apache2ctl': 'script',
      '/usr/bin/dash': 'elf',
    })
    const script = facts.executables.find(({ kind }) => kind === 'script')
    expect(script).toMatchObject({
      alsoNamed: ['/usr/sbin/apachectl'],
      interpreter: '/bin/sh',
      from: ['exec'],
    })
    const dash = facts.executables.find(({ path }) => path === '/usr/bin/dash')
    expect(dash?.libraries.some((path) => /\/libc\.so\.6$/.test(path))).toBe(true)
    expect(facts.writable).toContainEqual(
      expect.objectContaining({ path: '/var/log/apache2/error.log', kind: 'file', mode: 0o640 }),
    )
    expect(facts.logrotate).toMatchObject([{ source: '/etc/logrotate.d/apache2', reloadsUnit: true }])
    expect(facts.accounts).toContainEqual({ kind: 'group', name: 'adm', id: 4 })
    expect(facts.syscallGroups['@system-service']).toContain('read')
    expect(JSON.stringify(facts)).not.toContain('s3cret')
    expect(facts.writable).toContainEqual(
      expect.objectContaining({ path: '/run/apache2/apache2.pid', from: ['pid-file'] }),
    )
    // Apache keeps an IPv4 socket that it never binds.
    expect(facts.gaps).toEqual([expect.stringContaining('neither bound nor connected')])
  })

  test('nginx: pid file, both families, logs held by root and workers', async () => {
    await lab.output(['systemctl', 'start', 'nginx'])
    const { facts } = await look('nginx.service')
    expect(facts.sockets.filter(({ port }) => port === 8080).map(({ family }) => family)).toEqual([
      'AF_INET',
      'AF_INET6',
    ])
    expect(facts.writable).toContainEqual(
      expect.objectContaining({ path: '/run/nginx.pid', from: expect.arrayContaining(['pid-file']) }),
    )
    const log = facts.writable.find(({ path }) => path === '/var/log/nginx/access.log')
    expect(log).toMatchObject({ from: ['open', 'logrotate'], by: expect.arrayContaining([0, 33]) })
    expect(facts.logrotate).toMatchObject([{ reloadsUnit: true }])
    expect(facts.gaps).toEqual([])
  })

  test('redis: hardened already, with namespaces of its own', async () => {
    const { facts } = await look('redis-server.service')
    expect(facts.processes).toMatchObject([{ noNewPrivileges: true, seccomp: 'filter', isMain: true }])
    expect(facts.processes[0]?.ownNamespaces).toContain('mnt')
    expect(facts.writable.map(({ path }) => path)).toContain('/var/lib/redis')
    expect(facts.gaps).toEqual([])
  })

  test('a service that does not run has a gap and no processes', async () => {
    await lab.output(['systemctl', 'stop', 'nginx'])
    const { facts } = await look('nginx.service')
    expect(facts.processes).toEqual([])
    expect(facts.executables.map(({ path }) => path)).toContain('/usr/sbin/nginx')
    expect(facts.gaps.join()).toContain('no process')
  })
})
