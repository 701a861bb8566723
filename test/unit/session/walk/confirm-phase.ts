import type { Phase } from '../../../../src/session/walk/state.ts'

/** A stage that waits for the person's word. */
export const CONFIRM: Phase & { at: 'confirm' } = {
  at: 'confirm',
  stage: 'user',
  dropIn: '',
  ownership: [],
  rehearsal: { state: 'none' },
  target: 'live',
  warnings: [],
}
