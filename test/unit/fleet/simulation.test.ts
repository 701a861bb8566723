import { describe, expect, it } from 'vitest'
import { taskSeconds, tookOf } from '../../lab/kit/fleet-cost.ts'
import {
  type HostCost,
  secondsByForks,
  simulated,
  stepsOf,
  type Wish,
} from '../../lab/measure/fleet/simulation.ts'

const COST: HostCost = {
  // It looks, and watches.
  tasks: [[1], [10]],
  processor: 0,
  dispatcher: 0,
  sent: 900,
  received: 100,
  memory: { base: 1000, fork: 10 },
}
const WISH: Wish = {
  hosts: 100,
  forks: 50,
  processors: 8,
  serial: [1, '10%', '100%'],
  slow: { share: 0, times: 1 },
  broken: [],
  seed: 7,
}

describe('the steps of a roll-out', () => {
  it.each<[number, Wish['serial'], number[]]>([
    [10_000, [1, '10%', '100%'], [1, 1000, 8999]],
    [5, [1, '10%', '100%'], [1, 1, 3]],
    [7, [1, 2], [1, 2, 2, 2]],
    [3, [], [3]],
    [1, [1, '10%', '100%'], [1]],
  ])('of %i hosts by %j', (hosts, serial, steps) => {
    expect(stepsOf(hosts, serial)).toEqual(steps)
  })
})

it.each([
  [[3, 3, 3, 3], 2, 6],
  [[5, 1, 1, 1], 2, 5],
  [[4], 50, 4],
  [[], 50, 0],
])('seconds %j by %i forks take %i', (seconds, forks, all) => {
  expect(secondsByForks(seconds, forks)).toBe(all)
})

describe('a roll-out', () => {
  it.each<[string, Partial<Wish>, Partial<HostCost>, number]>([
    // 11 s for the first, 11 for the next 10, and for 89 hosts two turns of 50 forks.
    ['that waits for its forks', {}, {}, 11 + 11 + 22],
    [
      'on one processor, where looking is work',
      { processors: 1 },
      { processor: 2 },
      11 + (10 + 10) + (89 + 89),
    ],
    ['that waits for the one process that hands out', {}, { dispatcher: 2 }, 11 + (10 + 10) + (89 + 89)],
    ['with more forks', { forks: 200 }, {}, 11 + 11 + 11],
    ['of which each host is slow', { slow: { share: 1, times: 10 } }, {}, 110 + 110 + 220],
    ['that its first host ends', { broken: [0] }, {}, 11],
    ['that a host of the second step ends', { broken: [5] }, {}, 22],
  ])('%s', (_, wish, cost, seconds) => {
    expect(simulated({ ...COST, ...cost }, { ...WISH, ...wish }).seconds).toBeCloseTo(seconds, 5)
  })

  it('reaches no step after one with a host that does not bear the plan', () => {
    const first = simulated(COST, { ...WISH, broken: [0, 50] })
    expect(first).toMatchObject({ reached: 1, rolledBack: 1, traffic: 1000, forks: 1, memory: 1010 })
    expect(simulated(COST, { ...WISH, broken: [5, 7] })).toMatchObject({ reached: 11, rolledBack: 2 })
    expect(simulated(COST, WISH)).toMatchObject({ reached: 100, rolledBack: 0, forks: 50, memory: 1500 })
  })

  it('draws from what was measured, the same in each run', () => {
    const cost = { ...COST, tasks: [[9, 1, 2]] }
    const seeds = [1, 2, 1].map((seed) => simulated(cost, { ...WISH, seed }).seconds)
    expect(seeds[0]).toBe(seeds[2])
    expect(seeds[0]).not.toBe(seeds[1])
    for (const seconds of seeds) expect(seconds).toBeLessThan(4 * 9)
  })
})

it('each task of a log has its seconds until the next', () => {
  const log = [
    '2026-11-26 18:00:00,250 p=7 u=root n=ansible INFO| PLAY [Harden] ****',
    '2026-11-26 18:00:00,500 p=7 u=root n=ansible INFO| TASK [a.b.harden : Look at the host] ****',
    '2026-11-26 18:00:00,900 p=7 u=root n=ansible INFO| ok: [one]',
    '2026-11-26 18:00:02,000 p=7 u=root n=ansible INFO| RUNNING HANDLER [a.b.harden : Report] ****',
    '2026-11-26 18:00:02,100 p=7 u=root n=ansible INFO| PLAY RECAP ****',
  ].join('\n')
  expect(taskSeconds(log)).toEqual([
    { name: 'a.b.harden : Look at the host', seconds: 1.5 },
    { name: 'a.b.harden : Report', seconds: 0.1 },
  ])
})

it('a metered program that says nothing of what it took is an error', () => {
  expect(tookOf('x\ntook: {"memory": 5}\n')).toEqual({ memory: 5 })
  expect(() => tookOf('died')).toThrow(/died/)
})
