import { expect, it } from 'vitest'
import { freshState, type KeptStage, type StoredState } from '../../../../src/session/store/store.ts'
import { WalkStore } from '../../../../src/session/store/walk-store.ts'

const kept = (at: string): KeptStage => ({
  stage: 'user',
  assignments: [],
  records: [],
  before: 92,
  after: 80,
  at,
})
const EARLIER = kept('2026-01-01T00:00:00.000Z')
const LATER = kept('2026-02-01T00:00:00.000Z')

function store(state: StoredState) {
  const written: StoredState[] = []
  const write = async (next: StoredState) => {
    written.push(next)
  }
  return { store: new WalkStore(state, write), written }
}

it('tells what was kept before this walk from what this walk keeps', async () => {
  const { store: mine, written } = store({ ...freshState('x.service', 92), kept: [EARLIER] })
  await mine.save({ kept: [EARLIER, LATER] })
  expect([EARLIER, LATER].map((stage) => mine.wasKeptEarlier(stage))).toEqual([true, false])
  expect(written.map((state) => state.kept)).toEqual([[EARLIER, LATER]])
})

it('that begins anew has kept nothing, and forgets what was kept earlier', () => {
  const { store: mine } = store({ ...freshState('x.service', 92), kept: [EARLIER] })
  mine.beginAnew(70)
  expect(mine.state).toMatchObject({ unit: 'x.service', stock: 70, kept: [] })
  expect(mine.wasKeptEarlier(EARLIER)).toBe(false)
})

it('of a walk in a clone begins with the same and changes nothing outside of it', async () => {
  const { store: mine, written } = store({ ...freshState('x.service', 92), kept: [EARLIER] })
  const inner = mine.inMemory()
  await inner.save({ kept: [EARLIER, LATER] })
  expect(inner.state.kept).toEqual([EARLIER, LATER])
  expect(mine.state.kept).toEqual([EARLIER])
  expect(written).toEqual([])
})
