import { expect, test } from 'vitest'
import type { Baseline } from '../../../../src/trial/health/baseline.ts'
import type { Reason } from '../../../../src/trial/health/judge.ts'
import { isFinal, type NotYet, upLimitMs } from '../../../../src/trial/health/patience.ts'
import { listening } from '../../catalog/build-facts.ts'

const BASELINE: Baseline = {
  listeners: [{ family: 'AF_INET', type: 'stream', address: '0.0.0.0', port: 80 }],
  answers: [],
  startMs: 100,
  restless: false,
}
const SILENT: NotYet = {
  reasons: [{ kind: 'listener', text: 'nothing of the unit listens on port 80' }],
  waitedMs: 0,
  isBusy: false,
  sockets: [],
}
const after = (seconds: number, more: Partial<NotYet> = {}): NotYet => ({
  ...SILENT,
  ...more,
  waitedMs: seconds * 1000,
})
const of = (kind: 'unrest' | 'stopped') => ({ reasons: [{ kind, text: '' } satisfies Reason] })
const OTHER = { sockets: [listening('AF_INET', '127.0.0.1', 9, [20])] }

test.each<[string, NotYet, Partial<Baseline>, boolean, boolean]>([
  ['under a change', after(7), {}, false, true],
  ['under a change, which works', after(7, { isBusy: true }), {}, false, false],
  ['under a change, which works for too long', after(21, { isBusy: true }), {}, false, true],
  ['that took 9 s unhardened', after(21), { upMs: 9000 }, false, false],
  ['that took 9 s unhardened', after(28), { upMs: 9000 }, false, true],
  ['that took 1 s unhardened', after(5), { upMs: 1000 }, false, false],
  ['unhardened', after(20), {}, true, false],
  ['unhardened, which stays silent', after(31), {}, true, true],
  ['unhardened, which works', after(60, { isBusy: true }), {}, true, false],
  ['unhardened, which listens on something else', after(7, OTHER), {}, true, true],
  ['unhardened, which has no rest', after(7, of('unrest')), {}, true, true],
  ['unhardened, which has ended', after(1, of('stopped')), {}, true, true],
])('a service %s is given up: %#', (_, now, more, isUnhardened, is) => {
  expect(isFinal(now, { ...BASELINE, ...more }, isUnhardened)).toBe(is)
})

test('the dead man waits for who comes up slowly, and for nobody else', () => {
  expect([undefined, 0, 1500].map((upMs) => upLimitMs({ ...BASELINE, ...(upMs ? { upMs } : {}) }))).toEqual([
    0, 0, 0,
  ])
  expect(upLimitMs({ ...BASELINE, upMs: 20_000 })).toBeGreaterThan(20_000)
})
