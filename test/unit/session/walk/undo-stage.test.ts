import { expect, it } from 'vitest'
import type { StageOrAll } from '../../../../src/catalog/common/types.ts'
import { SYSTEM_MANAGER } from '../../../../src/host/manager.ts'
import type { KeptStage, StoredState } from '../../../../src/session/store/store.ts'
import { undoable } from '../../../../src/session/walk/undo-stage.ts'

const baseline = { listeners: [], answers: [], startMs: 1, restless: false }

/** Kept in this order, a minute each. */
function stored(stages: readonly StageOrAll[], more: Partial<StoredState> = {}): StoredState {
  const kept = stages.map(
    (stage, at): KeptStage => ({
      stage,
      assignments: [],
      records: [],
      before: 92,
      after: 50,
      at: `2026-11-26T10:0${at}:00.000Z`,
    }),
  )
  return { version: 1, unit: 'srv.service', started: '', stock: 92, baseline, kept, ...more }
}

it.each([
  ['system', stored(['capabilities', 'system'])],
  ['capabilities', stored(['capabilities', 'user', 'filesystem'])],
  ['user', stored(['capabilities', 'user'])],
  ['user', stored(['capabilities', 'system', 'user'])],
] as const)('takes back %s', (stage, state) => {
  expect(undoable(SYSTEM_MANAGER, state, stage)).toMatchObject({ gone: { stage }, baseline })
})

it.each([
  ['system', stored(['capabilities']), /stage system of srv.service is not kept/, /^Kept: Capabilities\.$/],
  ['system', stored([]), /is not kept/, /^Kept: nothing\.$/],
  ['system', stored(['all']), /kept in one restart/, /hardenctl undo srv takes back everything/],
  [
    'user',
    stored(['user', 'filesystem', 'syscalls']),
    /can't go alone: filesystem, syscalls were proven under its account/,
    /^Take back filesystem, syscalls first/,
  ],
  [
    'system',
    stored(['system'], { baseline: undefined } as unknown as Partial<StoredState>),
    /nothing says how it answered/,
    /takes back everything/,
  ],
] as const)('does not take back %s (%#), and says why and what helps', (stage, state, reason, next) => {
  expect(undoable(SYSTEM_MANAGER, state, stage)).toEqual({
    reason: expect.stringMatching(reason),
    next: expect.stringMatching(next),
  })
})
