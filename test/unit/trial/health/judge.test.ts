import { describe, expect, it } from 'vitest'
import type { Baseline } from '../../../../src/trial/health/baseline.ts'
import type { Check } from '../../../../src/trial/health/check.ts'
import { judge, type Observation, proofOf, RESTFUL_SNAPSHOTS } from '../../../../src/trial/health/judge.ts'
import type { UnitSnapshot } from '../../../../src/trial/health/unit-snapshot.ts'
import { listening } from '../../catalog/build-facts.ts'

const CHECK: Check = { kind: 'http', url: 'http://127.0.0.1/', timeoutMs: 3000 }
const BASELINE: Baseline = {
  listeners: [{ family: 'AF_INET', type: 'stream', address: '0.0.0.0', port: 80 }],
  answers: [{ check: CHECK, answer: '200' }],
  startMs: 100,
  restless: false,
}
const SNAPSHOT: UnitSnapshot = {
  active: 'active',
  sub: 'running',
  result: 'success',
  invocation: 'new',
  daemons: [],
  mainPid: 20,
  restarts: 0,
  busy: false,
  exitCode: 0,
  exitStatus: 0,
  statusText: '',
  group: '/system.slice/a.service',
  processes: ['20:900', '21:901'],
}
const HEALTHY: Observation = {
  before: { invocation: 'old', processes: ['10:100', '11:101'] },
  snapshots: [SNAPSHOT, SNAPSHOT],
  timedOut: false,
  limitMs: 10_000,
  sockets: [listening('AF_INET', '0.0.0.0', 80, [20, 21])],
  answers: [{ check: CHECK, answer: '200' }],
  killed: [],
  restful: RESTFUL_SNAPSHOTS,
}
const last = (change: Partial<UnitSnapshot>): Partial<Observation> => ({
  snapshots: [SNAPSHOT, { ...SNAPSHOT, ...change }],
})
const kinds = (change: Partial<Observation>, baseline = BASELINE) =>
  judge({ ...HEALTHY, ...change }, baseline).map(({ kind }) => kind)

describe('a service', () => {
  it('that is as before is healthy, and the proof names what was proven', () => {
    expect(judge(HEALTHY, BASELINE)).toEqual([])
    const proof = proofOf(HEALTHY, BASELINE).join('\n')
    expect(proof).toContain('main process 20')
    expect(proof).toContain('tcp 0.0.0.0:80')
    expect(proof).toContain('GET http://127.0.0.1/: 200, as before')
  })

  it('is not healthy where a full exchange came to another end', () => {
    const to = { transport: 'tcp', address: '127.0.0.1', port: 25 } as const
    const check = { protocol: 'SMTP', to, thing: 'a mail to alice', done: 'delivered to /var/mail/alice' }
    const came = (answer: string) => ({ ...HEALTHY, full: [{ check, answer }] })
    expect(judge(came(check.done), BASELINE)).toEqual([])
    const text = 'a mail to alice (SMTP on 127.0.0.1 port 25) was taken, but not delivered'
    expect(judge(came('taken, but not delivered'), BASELINE)).toEqual([{ kind: 'answer', text }])
  })

  it.each<[string, Partial<Observation>, string[]]>([
    ['was never seen', { snapshots: [] }, ['error']],
    ['does not end its start', { timedOut: true }, ['start']],
    ['failed', last({ active: 'failed', result: 'exit-code' }), ['start']],
    ['has ended', last({ active: 'inactive', sub: 'dead' }), ['stopped']],
    ['waits to be started again', last({ active: 'activating', sub: 'auto-restart' }), ['restarting']],
    ['was given up', last({ active: 'failed', result: 'start-limit-hit' }), ['restarting']],
    ['was not started anew', { before: { invocation: 'new', processes: [] } }, ['start']],
    ['was started again by systemd', last({ restarts: 1 }), ['restarting']],
    ['has another invocation while it is watched', last({ invocation: 'third' }), ['restarting']],
    ['has another main process', last({ mainPid: 21 }), ['restarting']],
    ['has its main process elsewhere', { snapshots: [{ ...SNAPSHOT, mainPid: 99 }] }, ['stray']],
    ['whose workers die and come again', { restful: RESTFUL_SNAPSHOTS - 1 }, ['unrest']],
    ['does not listen', { sockets: [] }, ['listener']],
    ['listens on another port', { sockets: [listening('AF_INET', '0.0.0.0', 8080, [20])] }, ['listener']],
    ['listens on one address only', { sockets: [listening('AF_INET', '127.0.0.1', 80, [20])] }, ['listener']],
    [
      'whose old process holds the port',
      { sockets: [listening('AF_INET', '0.0.0.0', 80, [11, 20])] },
      ['stray'],
    ],
    ['answers otherwise', { answers: [{ check: CHECK, answer: '403' }] }, ['answer']],
    ['does not answer', { answers: [{ check: CHECK, answer: 'no answer' }] }, ['answer']],
    ['was not asked', { answers: [] }, ['answer']],
    ['lost a worker to the filter but answers', { killed: ['nginx (sched_setaffinity)'] }, ['killed']],
  ])('that %s is not', (_, change, expected) => {
    expect(kinds(change)).toEqual(expected)
  })

  it.each<[string, string[], string[], string[]]>([
    ['whose old process goes on alone', ['11:5'], ['11:5'], ['stray']],
    ['whose stop ended nothing', ['11:5'], ['11:5', '20:9'], ['stray']],
    ['with a session from before', ['10:4', '11:5'], ['11:5', '20:9'], []],
    ['with new processes alone', ['11:5'], ['20:9'], []],
    ['with a new process of an old pid', ['11:5'], ['11:8'], []],
    ['without any process', ['11:5'], [], ['stray']],
  ])('%s, where PID 1 knows no main one', (_, old, now, expected) => {
    const snapshot = { ...SNAPSHOT, mainPid: 0, processes: now }
    const change = { snapshots: [snapshot], before: { invocation: 'first', processes: old } }
    expect(kinds(change, { ...BASELINE, listeners: [], populated: true })).toEqual(expected)
  })

  it('that answered 403 before and does now is healthy; one that suddenly answers 200 is not', () => {
    const baseline = { ...BASELINE, answers: [{ check: CHECK, answer: '403' }] }
    expect(kinds({ answers: [{ check: CHECK, answer: '403' }] }, baseline)).toEqual([])
    expect(kinds({}, baseline)).toEqual(['answer'])
  })

  it('that never rests is not asked to', () => {
    expect(kinds({ restful: 1 }, { ...BASELINE, restless: true })).toEqual([])
  })

  it('without a main process, which has run its course, is not missing one', () => {
    expect(kinds({ snapshots: [{ ...SNAPSHOT, mainPid: 0, processes: [] }] })).toEqual([])
  })

  it('after a reload may keep its invocation and its processes', () => {
    const before = { invocation: '', processes: [] }
    expect(kinds({ before })).toEqual([])
  })

  it('that was to go on unrestarted is healthy as the same invocation and main process alone', () => {
    const before = { invocation: 'new', processes: SNAPSHOT.processes, goesOn: true }
    const earlier = last({ restarts: 3 })
    expect(kinds({ before })).toEqual([])
    expect(kinds({ before, ...earlier })).toEqual([])
    expect(proofOf({ ...HEALTHY, before }, BASELINE)[0]).toBe(
      'it was not restarted: the invocation is the same, main process 20',
    )
    expect(kinds({ before: { ...before, invocation: 'old' } })).toEqual(['restarting'])
    expect(kinds({ before: { ...before, processes: ['20:100', '21:901'] } })).toEqual(['restarting'])
    expect(kinds({ before, sockets: [] })).toEqual(['listener'])
  })

  it('is told apart from an old process by its pid as a whole', () => {
    const before = { invocation: 'old', processes: ['2:1', '0:1'] }
    expect(kinds({ before })).toEqual([])
  })

  it('that failed because of a killed call says so first, and nothing of what follows from it', () => {
    const change = { ...last({ active: 'failed' }), killed: ['chown (fchownat)'], sockets: [], answers: [] }
    const reasons = judge({ ...HEALTHY, ...change }, BASELINE)
    expect(reasons.map(({ kind }) => kind)).toEqual(['killed', 'start'])
    expect(reasons[0]?.text).toContain('chown (fchownat)')
  })

  it('tells what was before and what is now', () => {
    const [reason] = judge({ ...HEALTHY, answers: [{ check: CHECK, answer: '502' }] }, BASELINE)
    expect(reason?.text).toBe('GET http://127.0.0.1/: 502, before the change 200')
  })
})
