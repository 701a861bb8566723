import { describe, expect, it } from 'vitest'
import { type Clocks, Stopwatch } from '../../../../src/session/walk/timings.ts'
import { timingsTable, waitingShare } from '../../../../src/session/walk/timings-table.ts'

/** A stopwatch on clocks that the test turns. */
function turned() {
  const now = { wallMs: 1000, busyMs: 500 }
  const turn = (wallMs: number, busyMs: number) => {
    now.wallMs += wallMs
    now.busyMs += busyMs
  }
  return { stopwatch: new Stopwatch(() => ({ ...now })), turn }
}

/** Parts that took time. */
const partsOf = (stopwatch: Stopwatch) => stopwatch.times().parts.filter(({ times }) => times.wallMs > 0)

describe('the stopwatch', () => {
  it('takes the time of an inner part from the outer one, and adds up equal ones', async () => {
    const { stopwatch, turn } = turned()
    await stopwatch.during('first questions', async () => {
      turn(100, 10)
      await stopwatch.during('boot of clones', async () => turn(300, 200))
      turn(50, 0)
    })
    turn(7, 7)
    await stopwatch.during('boot of clones', async () => turn(400, 100))
    expect(partsOf(stopwatch)).toEqual([
      { part: 'the rest', times: { wallMs: 7, busyMs: 7 } },
      { part: 'first questions', times: { wallMs: 150, busyMs: 10 } },
      { part: 'boot of clones', times: { wallMs: 700, busyMs: 300 } },
    ])
  })

  it('counts what threw, and then what stands around it', async () => {
    const { stopwatch, turn } = turned()
    const failing = stopwatch.during('look', async () => {
      turn(20, 0)
      throw new Error('no such unit')
    })
    await expect(failing).rejects.toThrow('no such unit')
    await stopwatch.during('control', async () => turn(5, 0))
    expect(partsOf(stopwatch)).toEqual([
      { part: 'look', times: { wallMs: 20, busyMs: 0 } },
      { part: 'control', times: { wallMs: 5, busyMs: 0 } },
    ])
  })
})

describe('the share of waiting', () => {
  it.each<[Clocks, number]>([
    [{ wallMs: 1000, busyMs: 250 }, 0.75],
    [{ wallMs: 1000, busyMs: 1700 }, 0],
    [{ wallMs: 0, busyMs: 0 }, 0],
  ])('of %o is %d', (times, share) => {
    expect(waitingShare(times)).toBe(share)
  })
})

describe('the table', () => {
  it('has a line for each part that took time, a sum, and what clones did side by side', () => {
    const lines = timingsTable({
      parts: [
        { part: 'look', times: { wallMs: 8800, busyMs: 4400 } },
        { part: 'proofs: system', times: { wallMs: 12_000, busyMs: 18_000 } },
        { part: 'answers of the person', times: { wallMs: 3, busyMs: 0 } },
      ],
      beside: [{ what: 'questions', count: 4, ms: 16_200 }],
    })
    expect(lines).toEqual([
      'Where the time went:',
      '  part                             seconds  processors   waiting',
      '  look                                 8.8         4.4      50 %',
      '  proofs: system                      12.0        18.0       0 %',
      '  in all                              20.8        22.4       0 %',
      '  4 questions asked of clones side by side, each 4.0 s',
    ])
  })
})
