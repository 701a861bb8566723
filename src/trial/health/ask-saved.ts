import type { Host } from '../../host/host.ts'
import { answerTo } from './ask.ts'
import { type CheckAnswer, IN_CLONES } from './baseline.ts'
import { type Check, checkKey, checkLabel, parseCheck, parseExercise } from './check.ts'
import { readSavedChecks } from './saved-checks.ts'

export interface SavedAnswer {
  check: Check
  /** It answers as in the baseline; where it is not in there, as something that works. */
  holds: boolean
  /** "play CMD: exit 0", and what it said where it does not hold. */
  line: string
}

/**
 * Asks what root wrote down for a unit, and plays the exercises one after the other. `baseline`: what was answered before
 * the first change; exercises that were for clones alone are left out. Throws SavedChecksError.
 */
export async function askSaved(
  host: Host,
  unit: string,
  baseline: readonly CheckAnswer[] = [],
): Promise<SavedAnswer[]> {
  const { checks, exercises } = await readSavedChecks(host, unit)
  const answers: SavedAnswer[] = []
  for (const check of [...checks.map(parseCheck), ...exercises.map(parseExercise)]) {
    const before = baseline.find((one) => checkKey(one.check) === checkKey(check))
    if (before?.answer === IN_CLONES) continue
    const { ok, answer, words } = await answerTo(host, check)
    const holds = before === undefined ? ok : answer === before.answer
    const other = before !== undefined && !holds ? [`before the first change ${before.answer}`] : []
    const said = [`${checkLabel(check)}: ${answer}`, ...other, ...(words === undefined ? [] : [words])]
    answers.push({ check, holds, line: said.join('; ') })
  }
  return answers
}
