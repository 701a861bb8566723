import { expect, test } from 'vitest'
import type { SocketFacts } from '../../../../src/observe/facts.ts'
import { listenersOf } from '../../../../src/trial/health/baseline.ts'
import { changingListeners, without } from '../../../../src/trial/health/changing-listeners.ts'

const socket = (type: 'stream' | 'datagram', port: number, address = '0.0.0.0') =>
  ({
    family: 'AF_INET',
    type,
    state: type === 'stream' ? 'listening' : 'unconnected',
    address,
    port,
    pids: [1],
  }) as unknown as SocketFacts
const unix = (address: string) => ({ ...socket('stream', 0, address), family: 'AF_UNIX' }) as SocketFacts
const http = socket('stream', 80)

test.each([
  ['the same ports', [http], [http], []],
  [
    'a port that each start chooses',
    [http, socket('stream', 41415)],
    [http, socket('stream', 35001)],
    [41415],
  ],
  ['a query socket above and below', [socket('datagram', 19260)], [socket('datagram', 50123)], [19260]],
  [
    'two of one kind',
    [socket('stream', 4001), socket('stream', 4002)],
    [socket('stream', 5001), http],
    undefined,
  ],
  ['a port that is gone', [http, socket('stream', 9000)], [http], undefined],
  ['another address', [socket('stream', 9000)], [socket('stream', 9001, '127.0.0.1')], undefined],
  ['a port that root alone chooses', [http], [socket('stream', 8080)], undefined],
])('%s', (_, live, clone, changing) => {
  expect(changingListeners(listenersOf(live), clone)?.map(({ port }) => port)).toEqual(changing)
})

test.each([
  ['a name that each start chooses', '/tmp/py-a81/listener-x', '/tmp/py-0b7/listener-q', 1],
  ['an abstract one', '@x-1792', '@x-2904', 1],
  ['a name elsewhere', '/run/x/s', '/tmp/x/s', undefined],
  ['a name that is gone', '/run/x/s', '/run/s', undefined],
])('%s', (_, live, clone, changing) => {
  expect(changingListeners(listenersOf([http, unix(live)]), [http, unix(clone)])?.length).toBe(changing)
})

test('what changes is left out', () => {
  const listeners = listenersOf([http, socket('stream', 41415)])
  expect(without(listeners, listeners.slice(1)).map(({ port }) => port)).toEqual([80])
})
