import { expect, it } from 'vitest'
import { SYSTEM_MANAGER } from '../../../../src/host/manager.ts'
import { doingOf, stoppedText } from '../../../../src/session/walk/ending.ts'
import type { StepRow } from '../../../../src/session/walk/rows.ts'
import { initialState } from '../../../../src/session/walk/state.ts'

const START = initialState('srv.service')

it.each([
  [undefined, 'Stopped. Nothing was being changed.'],
  [{ proven: true, lines: [] }, 'Stopped and undone: srv.service is proven to answer as before the change.'],
  [
    { proven: false, lines: ['it does not answer', 'more'] },
    'Stopped, but it does not answer. systemctl status srv.service says more.',
  ],
])('says what a Ctrl-C came to (%#)', (undone, text) => {
  expect(stoppedText(SYSTEM_MANAGER, 'srv.service', undone)).toBe(text)
})

function step(id: string, state: StepRow['state']): StepRow {
  return { id, label: id, state }
}

it('names in the report of a bug the step that failed, though its undo ran after it', () => {
  const steps = [step('restart', 'done'), step('health', 'failed'), step('undo', 'running')]
  expect(doingOf({ ...START, phase: { at: 'trial', doing: 'try', stage: 'system', steps } })).toBe(
    'trial, stage system, step health',
  )
  expect(doingOf(START)).toBe('looking')
})
