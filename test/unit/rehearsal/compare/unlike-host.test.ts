import { expect, it } from 'vitest'
import type { OpenFile, SocketFacts } from '../../../../src/observe/facts.ts'
import { unlikeHost } from '../../../../src/rehearsal/compare/unlike-host.ts'
import { process } from '../../catalog/build-facts.ts'

function open(path: string): OpenFile {
  return { descriptor: 3, path, kind: 'device', writable: true, deleted: false }
}

function connected(peer: string): SocketFacts {
  const { address, port } = { address: '10.0.0.1', port: 40_000 }
  return {
    family: 'AF_INET',
    type: 'stream',
    state: 'connected',
    address,
    port,
    peer,
    inode: '1',
    pids: [1],
    heldBySystemd: false,
  }
}

const ALWAYS = expect.stringContaining('reaches no other machine')

it.each<[string, Parameters<typeof unlikeHost>[0], unknown[]]>([
  [
    'a service of which nothing is missing',
    {
      processes: [process(1, 0, { openFiles: [open('/dev/null'), open('/dev/pts/1')] })],
      sockets: [connected('127.0.0.1:5432'), connected('[::1]:5432')],
    },
    [ALWAYS],
  ],
  [
    'peers elsewhere',
    { processes: [], sockets: ['a', 'b', 'c', 'd', 'd'].map((name) => connected(`${name}:1`)) },
    [ALWAYS, 'here it is connected to a:1, b:1, c:1 and 1 more, which no clone reaches'],
  ],
  [
    'hardware',
    { processes: [process(1, 0, { openFiles: [open('/dev/sda'), open('/dev/sda')] })], sockets: [] },
    [ALWAYS, 'here it holds /dev/sda open, which no clone has'],
  ],
  [
    'labels of SELinux',
    { processes: [process(1, 0, { securityLabel: 'system_u:system_r:httpd_t:s0' })], sockets: [] },
    [ALWAYS, 'files that it writes in a clone have other SELinux labels'],
  ],
  [
    'SELinux that enforces, even on a service that it does not name',
    { processes: [], sockets: [], selinux: 'enforcing' },
    [ALWAYS, expect.stringMatching(/^SELinux enforces here, and hardenctl does not compare what it refuses/)],
  ],
  [
    'a profile of AppArmor',
    { processes: [process(1, 0, { securityLabel: '/usr/sbin/a b (enforce)' })], sockets: [] },
    [ALWAYS, expect.stringMatching(/^AppArmor confines it here by the profile \/usr\/sbin\/a b, and/)],
  ],
  [
    'a profile of AppArmor that only complains, or none',
    {
      processes: [
        process(1, 0, { securityLabel: 'named (complain)' }),
        process(2, 0, { securityLabel: 'unconfined' }),
      ],
      sockets: [],
    },
    [ALWAYS],
  ],
])('of %s', (_, facts, lines) => expect(unlikeHost(facts)).toEqual(lines))
