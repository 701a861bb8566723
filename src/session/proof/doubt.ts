import { withoutNumbers } from '../../trial/diagnosis/complaints.ts'
import type { Verdict } from './verdicts.ts'

function breaks(verdict: Verdict): verdict is Extract<Verdict, { holds: false }> {
  return verdict.holds === false
}

/**
 * Whether everything broke, with the same words except for numbers. Then the clones or the steps may be at fault, not
 * the changes.
 */
export function allBrokeAlike(verdicts: readonly Verdict[]): boolean {
  const broke = verdicts.filter(breaks)
  const words = new Set(broke.map(({ reason }) => withoutNumbers(reason)))
  return words.size === 1 && !verdicts.some(({ holds }) => holds === true)
}
