import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { eventSchema, eventsJsonSchema } from '../../../../src/session/events/schema.ts'
import { walkEvents } from '../../../../src/session/events/walk-events.ts'
import { reduce, type WalkEvent } from '../../../../src/session/walk/reducer.ts'
import type { Proof, Row } from '../../../../src/session/walk/rows.ts'
import { initialState, type Phase, type StageResult } from '../../../../src/session/walk/state.ts'

const row = (proof: Proof, value = 'yes'): Row => ({
  id: 'ProtectHome',
  key: 'ProtectHome',
  value,
  ticked: true,
  recommended: true,
  what: '',
  evidence: ['Nothing was seen there.'],
  breaks: '',
  wins: '',
  gain: 2,
  proof,
})
const list = (proof: Proof): Phase => ({
  at: 'stage',
  stage: 'filesystem',
  rows: [row(proof)],
  notes: [],
  before: 92,
  predicted: 90,
  set: { state: 'waiting' },
  proving: true,
})
const rows = (proof: Proof, set: Proof, value?: string): WalkEvent => ({
  type: 'rows',
  rows: [row(proof, value)],
  predicted: 90,
  set,
  proving: false,
})
const phase = (now: Phase): WalkEvent => ({ type: 'phase', phase: now })
const trial: Phase = { at: 'trial', doing: 'try', stage: 'filesystem', steps: [] }
const result: StageResult = {
  stage: 'filesystem',
  outcome: 'kept',
  before: 92,
  after: 90,
  kept: ['ProtectHome=yes'],
  leftOut: ['UMask=0077: it broke'],
}

/** Events of a walk in which this happens, as a program reads them. */
function told(...happened: WalkEvent[]): object[] {
  let state = initialState('x.service')
  return happened.flatMap((event) => {
    const before = state
    state = reduce(state, event)
    return walkEvents(before, state)
  })
}

describe('a program', () => {
  it('is told of the list of a stage, and of each verdict once', () => {
    const proven = { state: 'proven' } as const
    const events = told(
      { type: 'subject', unit: 'x.service', description: 'X', systemd: 257 },
      phase(list({ state: 'proving' })),
      rows(proven, { state: 'proving' }),
      rows(proven, { state: 'breaks', reason: 'it died' }),
      rows({ state: 'proven', oddity: 'a line' }, { state: 'breaks', reason: 'it died' }, 'tmpfs'),
    )
    expect(events).toMatchObject([
      { event: 'subject', unit: 'x.service', systemd: 257 },
      {
        event: 'stage',
        stage: 'filesystem',
        exposure: 9.2,
        rows: [{ directive: 'ProtectHome', ticked: true }],
      },
      { event: 'proof', directive: 'ProtectHome', value: 'yes', verdict: 'proven', reason: null },
      { event: 'proof', directive: null, verdict: 'breaks', reason: 'it died' },
      { event: 'proof', directive: 'ProtectHome', value: 'tmpfs', verdict: 'proven', reason: 'a line' },
    ])
  })

  it('is told of the steps of a trial, why it failed, and what a stage came to', () => {
    const events = told(
      phase(trial),
      { type: 'step', event: { step: 'restart', state: 'running' } },
      { type: 'step', event: { step: 'restart', state: 'failed', ms: 12, detail: 'timeout' } },
      phase({
        at: 'failed',
        stage: 'filesystem',
        reason: 'it died',
        journal: ['a line'],
        undone: ['it is back'],
        relaxations: [{ id: 'a', text: 'allow a', precise: true }],
        mayInsist: false,
      } as Phase),
      { type: 'finished', result },
    )
    expect(events).toMatchObject([
      { event: 'trial', step: 'restart', state: 'running', target: 'live', ms: null },
      { event: 'trial', step: 'restart', state: 'failed', ms: 12, detail: 'timeout' },
      { event: 'failure', reason: 'it died', undone: ['it is back'], suspected: ['allow a'] },
      { event: 'verdict', outcome: 'kept', kept: ['ProtectHome=yes'], left_out: ['UMask=0077: it broke'] },
    ])
  })

  it('is told of a refusal, and of the last words of a Ctrl-C', () => {
    expect(
      told(phase({ at: 'refused', reason: 'no', next: 'Try again.' }), { type: 'stopped', text: 'Stopped.' }),
    ).toEqual([
      { event: 'refusal', reason: 'no', next: 'Try again.' },
      { event: 'notice', text: 'Stopped.' },
    ])
  })

  it('reads nothing that the schema does not know', () => {
    const events = told(phase(list({ state: 'proven' })), phase(trial), { type: 'finished', result })
    expect(events).toHaveLength(3)
    for (const event of events) expect(() => z.parse(eventSchema, { at: '', ...event })).not.toThrow()
  })
})

it('the schema is published as it is', () => {
  const path = new URL('../../../../src/session/events/events.schema.json', import.meta.url)
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(eventsJsonSchema())
})
