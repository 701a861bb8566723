import { withoutNumbers } from '../../trial/diagnosis/complaints.ts'
import type { Verdict } from './verdicts.ts'

function breaks(verdict: Verdict): verdict is Extract<Verdict, { holds: false }> {
  return verdict.holds === false
}

/**
 * Whether all that was tried broke, and with the same words, but for numbers. Then the clones may be at fault, or what
 * was played in them, and not what was tried.
 */
export function allBrokeAlike(verdicts: readonly Verdict[]): boolean {
  const broke = verdicts.filter(breaks)
  const words = new Set(broke.map(({ reason }) => withoutNumbers(reason)))
  return words.size === 1 && !verdicts.some(({ holds }) => holds === true)
}
