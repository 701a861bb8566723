import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { answerOf, leftovers, show } from './kit/subjects.ts'

const SERVER = `require('node:http').createServer((request, response) => response.end('ok')).listen(8104, '127.0.0.1')`
/** Connects the whole time, as clients do: each connection has systemd start the service again. */
const CLIENTS = 'while :; do curl -s -m 1 -o /dev/null http://127.0.0.1:8103/; sleep 0.05; done'

describe.skipIf(skipLab())(labTitle('a service that its socket starts'), () => {
  let lab: Lab

  beforeAll(async () => {
    lab = await bootLab({
      files: {
        '/opt/server.cjs': SERVER,
        '/etc/systemd/system/server.service': '[Service]\nExecStart=/usr/local/bin/node /opt/server.cjs\n',
        '/etc/systemd/system/front.socket': '[Socket]\nListenStream=127.0.0.1:8103\n',
        '/etc/systemd/system/front.service':
          '[Unit]\nStartLimitBurst=2\n[Service]\nExecStart=/lib/systemd/systemd-socket-proxyd 127.0.0.1:8104\n',
        '/etc/systemd/system/clients.service': `[Service]\nExecStart=/bin/sh -c '${CLIENTS}'\n`,
      },
      setup: [
        ['systemctl', 'daemon-reload'],
        ['systemctl', 'start', 'server', 'front.socket', 'front', 'clients'],
      ],
      ready: ['curl', '-sf', 'http://127.0.0.1:8103/'],
    })
  })
  afterAll(() => lab?.stop())

  it('is brought back with its socket, which gave up when the service ended at each start', {
    timeout: 170_000,
  }, async () => {
    const stage = ['--level', 'tight', '--stages', 'system', '--watch-seconds', '1']
    // It ends at each start, since its standard input can't be opened.
    const broken = ['--set', 'DevicePolicy=strict', '--no-rehearsal']
    const walk = await lab.run(['hardenctl', 'front', '--yes', ...stage, ...broken], { timeoutMs: 160_000 })
    expect(walk.stdout).toMatch(/DevicePolicy=strict: .*standard input could not be set up/)
    expect(walk.exitCode, walk.stdout + walk.stderr).toBe(3)
    expect(await show(lab, 'front.socket', 'ActiveState')).toBe('active')
    expect(await answerOf(lab, 'http://127.0.0.1:8103/')).toBe('200')
    expect(await leftovers(lab)).toEqual([])
    const log = await lab.output(['journalctl', '-u', 'front.socket', '--no-pager'])
    expect(log).toContain('service-start-limit-hit')
  })
})
