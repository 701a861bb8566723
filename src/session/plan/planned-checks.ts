import { isCommand, parseCheck, parseExercise } from '../../trial/health/check.ts'
import type { Plan } from './schema.ts'

/** What a person gave for the plan, as options of the walk read it. */
interface Given {
  checks: string[]
  exercises: string[]
  /** Accounts as which commands among them are to run. */
  accounts: string[]
}

/** The checks and exercises that were given for a plan. Throws CheckError for a text that is none. Pure. */
export function givenChecks(checks: Plan['checks']): Given {
  const given = checks.filter((one) => one.given && one.text !== null)
  const texts = (wanted: 'check' | 'exercise') =>
    given.flatMap(({ kind, text }) => (kind === wanted && text !== null ? [text] : []))
  const [asked, exercises] = [texts('check'), texts('exercise')]
  const all = [...asked.map(parseCheck), ...exercises.map(parseExercise)]
  const accounts = all.flatMap((check) => (isCommand(check) && check.as !== undefined ? [check.as] : []))
  return { checks: asked, exercises, accounts: [...new Set(accounts)] }
}
