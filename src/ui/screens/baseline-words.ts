import type { Restarts } from '../../session/walk/state.ts'

/** What the checks are for. */
export const CHECKS_ARE_FOR =
  'After every change the service must answer these checks as it does now. If it does not, hardenctl undoes the change.'

/** The other way to restart, as a choice. */
export const OTHERWISE: Record<Restarts, string> = {
  'each stage': 'restart once, at the end',
  once: 'restart after each stage',
}
/** When the live service restarts. */
export const RESTARTS: Record<Restarts, string> = {
  'each stage': 'The live service restarts after each stage.',
  once: 'The live service restarts once, at the end.',
}
