import { expect, test } from 'vitest'
import { readPamServices } from '../../../../src/observe/config/pam-rules.ts'
import { process } from '../../catalog/build-facts.ts'
import { memoryHost } from '../memory-host.ts'

test('programs that PAM has rules for, by their files', async () => {
  const host = memoryHost({
    files: {
      '/etc/pam.d/sshd': '@include common-session\nsession    required     pam_loginuid.so\n',
      '/etc/pam.d/other': '',
      '/usr/lib/pam.d/vendors': '',
    },
  })
  const running = ['/usr/sbin/sshd', '/usr/sbin/sshd', '/opt/vendors', '/usr/bin/redis-server', '/opt/other']
  const processes = running.map((executable, index) => process(index + 1, 0, { executable }))
  const gaps = new Set<string>()
  expect(await readPamServices(host, processes, gaps)).toEqual({
    pamServices: ['sshd', 'vendors'],
    sessionServices: ['sshd'],
  })
  expect(await readPamServices(memoryHost({ files: {} }), processes, gaps)).toEqual({
    pamServices: [],
    sessionServices: [],
  })
  expect([...gaps]).toEqual([])
})
