import { expect, test } from 'vitest'
import type { ExecutableFacts, SocketFacts } from '../../../../src/observe/facts.ts'
import { readController } from '../../../../src/observe/files/controllers.ts'
import { binary, listening, process } from '../../catalog/build-facts.ts'
import { memoryHost } from '../memory-host.ts'

const TELL = '/usr/sbin/tell'
const tell = (...from: ExecutableFacts['from']): ExecutableFacts => ({ ...binary(TELL), from })
const unix = (address: string, pid = 1): SocketFacts => listening('AF_UNIX', address, 0, [pid])

test.each<[string, SocketFacts[], ExecutableFacts, string, string | undefined]>([
  [
    'names its socket without the number',
    [unix('/run/srv/s.0')],
    tell('exec'),
    '/run/srv/s.%d',
    '/run/srv/s.0',
  ],
  ['names it by the old place', [unix('/run/srv/s')], tell('exec'), '/var/run/srv/s', '/run/srv/s'],
  ['names one straight in /run', [unix('/run/srv.7')], tell('exec'), '\0/run/srv\0', '/run/srv.7'],
  ['names an abstract one', [unix('@srv-control')], tell('exec'), '\0srv-control\0', '@srv-control'],
  ['names another one of /run', [unix('/run/srv.sock')], tell('exec'), '/run/other.sock', undefined],
  ['names none', [unix('/run/srv/s')], tell('exec'), 'HUP', undefined],
  ['is the daemon itself', [unix('/run/srv/s')], tell('exec', 'running'), '/run/srv/s', undefined],
  ['names one of an account', [unix('/run/srv/s', 2)], tell('exec'), '/run/srv/s', undefined],
  ['names a port', [listening('AF_INET', '127.0.0.1', 953, [1])], tell('exec'), '127.0.0.1', undefined],
])('a program of its Exec lines %s', async (_, sockets, executable, text, socket) => {
  const facts = { executables: [executable], processes: [process(1, 0), process(2, 990)], sockets }
  const found = await readController(memoryHost({ files: { [TELL]: text } }), facts, new Set())
  expect(found).toEqual(socket === undefined ? undefined : { path: TELL, socket })
})
