import { describe, expect, test } from 'vitest'
import { passingListeners, portRanges } from '../../../../src/trial/health/passing-listeners.ts'
import { listening, process } from '../../catalog/build-facts.ts'

test.each<[string, readonly (readonly [number, number])[]]>([
  ['port-min = 30000\nport-max = 31000\n', [[30000, 31000]]],
  ['rtpstart=10000\nrtpend=20000\n', [[10000, 20000]]],
  ['PassivePorts 49152 65534\n', [[49152, 65534]]],
  ['relay 30000-30100 udp\n', [[30000, 30100]]],
  ['# port-min = 30000\n; port-max = 31000\n', []],
  ['port = 8080\nmax-clients = 2000\n', []],
  ['listen 127.0.0.1:2223\nlow = 900\nhigh = 1000\n', []],
  ['from 4000\n\n\n\n\nto 5000\n', []],
])('the ranges of ports in %j', (text, ranges) => expect(portRanges(text)).toEqual(ranges))

describe('a listener may be there for a request', () => {
  const at = (pid: number, seconds: number, isMain = false) => ({
    ...process(pid, 990, { isMain }),
    startTicks: String(seconds * 100),
  })
  const main = at(10, 5, true)
  const found = (port: number, pids: number[], text = '') =>
    passingListeners([listening('AF_INET', '0.0.0.0', port, pids)], [main, at(11, 6), at(12, 90)], [text])
      .length > 0
  test.each<[string, boolean, boolean]>([
    ['of a process that began later', found(40_000, [12]), true],
    ['of one that began with it', found(40_000, [11]), false],
    ['of the main process too', found(40_000, [10, 12]), false],
    ['in a range', found(30_500, [10], 'port-min=30000\nport-max=31000'), true],
    ['in a range, and named itself', found(30_500, [10], 'x=30500\nport-min=30000\nport-max=31000'), false],
    ['at an end of a range', found(30_000, [10], 'port-min=30000\nport-max=31000'), true],
    ['beside a range', found(31_500, [10], 'port-min=30000\nport-max=31000'), false],
  ])('%s', (_, is, wanted) => expect(is).toBe(wanted))
})
