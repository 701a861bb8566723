import { describe, expect, it } from 'vitest'
import { networkReach, networkWords, reachOfSocketUnits } from '../../../../src/session/overview/network.ts'
import { byWorth, type ServiceRow } from '../../../../src/session/overview/row.ts'
import { listening } from '../../catalog/build-facts.ts'

const ROW: ServiceRow = {
  unit: 'a.service',
  description: '',
  state: 'running',
  type: 'simple',
  triggeredBy: [],
  exposure: 96,
  complete: true,
}
const REACHED = { listens: [{ transport: 'tcp', address: '::', port: 80 }], local: false } as const
const to = (exposure: number) => ({ exposure, curve: [], left: 0 })

describe('the order of the services', () => {
  it.each([
    [
      'running before stopped, whatever the exposure',
      [{ state: 'stopped', exposure: 98 }, { exposure: 20 }],
      [1, 0],
    ],
    ['what a walk wins more', [{ prediction: to(90) }, { prediction: to(20) }], [1, 0]],
    [
      'what the network reaches before what wins a little more',
      [
        { prediction: to(20) },
        { prediction: to(30), network: { ...REACHED, listens: [...REACHED.listens] } },
      ],
      [1, 0],
    ],
    [
      'what can not be walked last among those that run',
      [{ obstacle: { reason: 'x', next: '' } }, { exposure: 30 }],
      [1, 0],
    ],
    [
      'what is kept and not in force first of all',
      [{}, { exposure: 10, kept: { stages: [], since: '', inForce: false } }],
      [1, 0],
    ],
    ['by name where nothing else tells', [{}, {}], [0, 1]],
  ] as const)('%s', (_, changes, order) => {
    const rows = changes.map((change, at) => ({ ...ROW, unit: `${at}.service`, ...change }) as ServiceRow)
    expect(rows.toSorted(byWorth).map(({ unit }) => Number.parseInt(unit, 10))).toEqual(order)
  })
})

describe('how the network reaches a service', () => {
  it.each([
    [
      'all addresses of both kinds once',
      [listening('AF_INET', '0.0.0.0', 80, [1]), listening('AF_INET6', '::', 80, [1])],
      'tcp 80',
    ],
    [
      'several ports',
      [listening('AF_INET', '0.0.0.0', 443, [1]), listening('AF_INET', '0.0.0.0', 80, [1])],
      'tcp 80 443',
    ],
    ['one address', [listening('AF_INET', '10.0.0.5', 80, [1])], 'tcp 80 on 10.0.0.5'],
    [
      'loopback alone',
      [listening('AF_INET', '127.0.0.1', 80, [1]), listening('AF_INET6', '::1', 80, [1])],
      'local',
    ],
    ['a Unix socket', [listening('AF_UNIX', '/run/x', 0, [1])], 'local'],
    ['an IPv4 loopback in IPv6', [listening('AF_INET6', '::ffff:127.0.0.1', 80, [1])], 'local'],
    ['a packet socket', [{ ...listening('AF_PACKET', '', 0, [1]), state: 'other' as const }], 'raw'],
    ['nothing', [], 'none'],
  ])('%s', (_, sockets, words) => {
    expect(networkWords(networkReach(sockets))).toBe(words)
  })

  it.each([
    ['[::]:22 (Stream)', 'tcp 22'],
    ['0.0.0.0:69 (Datagram)', 'udp 69'],
    ['127.0.0.1:22 (Stream)', 'local'],
    ['/run/x.sock (Stream)', 'local'],
  ])('by a socket unit: %s', (line, words) => {
    expect(networkWords(reachOfSocketUnits([line]))).toBe(words)
  })
})
