import { expect, test } from 'vitest'
import type { Given } from '../../../../src/observe/facts.ts'
import { beginStage } from '../../../../src/session/stage/stage-work.ts'
import { ReachLog, reachLine } from '../../../../src/session/walk/reach-log.ts'
import { emptyFacts, process, STOCK } from '../../catalog/build-facts.ts'

const BASELINE = { listeners: [], answers: [], startMs: 0, restless: false }

function silentDaemon(given: Given) {
  const facts = emptyFacts()
  return {
    ...facts,
    unit: { ...facts.unit, properties: STOCK },
    processes: [process(10, 0, { isMain: true })],
    given,
    reach: { named: [], imports: [], interpreters: [], monitors: [], sudo: [] },
  }
}

test('what was not reached is said in one line, with what it left on the table', () => {
  const log = new ReachLog()
  const facts = silentDaemon({ level: 'standard', asked: false, exercised: false })
  const work = beginStage('capabilities', facts)
  expect(work.ticked.size).toBe(0)
  log.ended(work, new Set())
  const line = reachLine(log.reached(BASELINE))
  expect(line).toMatch(
    /^Played: no checks and no exercises\. Not reached: 1 row, \d\.\d \(CapabilityBoundingSet\)/,
  )
  expect(line).toContain('give --exercise, learn live, or tick them')
})

test('a row that the person ticked is none that was left', () => {
  const log = new ReachLog()
  const facts = silentDaemon({ level: 'standard', asked: false, exercised: false })
  log.ended(beginStage('capabilities', facts), new Set(['CapabilityBoundingSet']))
  expect(reachLine(log.reached(BASELINE))).toContain('No row was left')
})

test('what clones played in full is said too', () => {
  const to = { transport: 'tcp', address: '127.0.0.1', port: 25 } as const
  const full = [{ protocol: 'SMTP', to, thing: 'a mail to alice', done: 'delivered to /var/mail/alice' }]
  expect(reachLine(new ReachLog().reached(BASELINE, full))).toContain(
    'no exercises; in clones a mail to alice was delivered to /var/mail/alice.',
  )
})
