import { expect, it } from 'vitest'
import { reduce, type WalkEvent } from '../../../../src/session/walk/reducer.ts'
import { initialState, type WalkState } from '../../../../src/session/walk/state.ts'

const after = (...events: WalkEvent[]): WalkState => events.reduce(reduce, initialState('x.service'))
const TRIAL: WalkEvent = { type: 'phase', phase: { at: 'trial', doing: 'try', stage: 'user', steps: [] } }

it('shows the steps of a trial in the order they began, each once, with how it ended', () => {
  const { phase } = after(
    TRIAL,
    { type: 'step', event: { step: 'arm', state: 'running' } },
    { type: 'step', event: { step: 'write', state: 'running' } },
    { type: 'step', event: { step: 'arm', state: 'done', ms: 12 } },
    { type: 'step', event: { step: 'write', state: 'failed', ms: 3, detail: 'disk full' } },
  )
  expect(phase).toMatchObject({
    steps: [
      { id: 'arm', state: 'done', ms: 12 },
      { id: 'write', state: 'failed', detail: 'disk full' },
    ],
  })
})

it('lets an event of an older screen change nothing on the one that is shown', () => {
  const refused: WalkEvent = { type: 'phase', phase: { at: 'refused', reason: 'r', next: 'n' } }
  const late: WalkEvent[] = [
    { type: 'step', event: { step: 'arm', state: 'done' } },
    { type: 'rows', rows: [], predicted: 1, set: { state: 'none' }, proving: false },
    { type: 'news', news: { calls: [], sockets: [], files: [], programs: [], memory: [] }, lost: true },
  ]
  expect(after(refused, ...late)).toEqual(after(refused))
})

it('keeps the exposure before the first change while the present one moves', () => {
  const state = after({ type: 'exposure', stock: 92, now: 92 }, { type: 'exposure', now: 40 })
  expect([state.stock, state.now]).toEqual([92, 40])
})

it('never changes a state that a screen may still hold', () => {
  const before = after(TRIAL)
  const copy = structuredClone(before)
  reduce(before, { type: 'step', event: { step: 'arm', state: 'running' } })
  reduce(before, {
    type: 'finished',
    result: { stage: 'user', outcome: 'skipped', before: 1, after: 1, kept: [] },
  })
  expect(before).toEqual(copy)
})

it('says that it stops, whatever comes on the screen then', () => {
  expect(after({ type: 'stopping', text: 'Undoing' }, TRIAL).stopping).toBe('Undoing')
})
