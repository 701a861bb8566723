import { ExpectedError } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { answerTo } from './ask.ts'
import { type Baseline, isExercise } from './baseline.ts'
import { checkLabel } from './check.ts'

/**
 * Plays the exercises before a run of a oneshot in a clone: they give it the work that it would have at another time.
 * Does nothing for other units, whose exercises use what runs, and on the live host, whose work is not hardenctl's to
 * make. Throws ExpectedError for one that does not end as it should.
 */
export async function giveWork(host: Host, { oneshot, answers }: Baseline): Promise<void> {
  if (oneshot === undefined || !host.isClone) return
  for (const { check } of answers.filter((one) => isExercise(one.check))) {
    const { ok, answer, words } = await answerTo(host, check)
    if (ok) continue
    const said = words === undefined ? '' : `; ${words}`
    throw new ExpectedError(`${checkLabel(check)} gave it no work: ${answer}${said}`)
  }
}
