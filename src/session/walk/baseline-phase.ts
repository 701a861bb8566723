import { observe } from '../../observe/observe.ts'
import { first, showUnit } from '../../systemd/manager/show.ts'
import {
  type Asked,
  type Baseline,
  type CheckAnswer,
  listenersOf,
  measure,
  problemOf,
  proposeChecks,
} from '../../trial/health/baseline.ts'
import {
  type Check,
  CheckError,
  checkKey,
  checkLabel,
  parseCheck,
  parseExercise,
} from '../../trial/health/check.ts'
import { takeSnapshot } from '../../trial/health/unit-snapshot.ts'
import type { WalkContext } from './context.ts'
import { Refusal } from './preflight.ts'
import { ANSWERS } from './questions.ts'
import type { CheckRow, Restarts } from './state.ts'

const ROUNDS = 3

function rowOf(check: Check): CheckRow {
  return { id: checkKey(check), label: checkLabel(check), ticked: true, request: check }
}

function distinct(checks: readonly Check[]): Check[] {
  return [...new Map(checks.map((check) => [checkKey(check), check])).values()]
}

/** "200 ×3", or what differed. */
function answered(asked: readonly Asked[]): string {
  const different = [...new Set(asked.map(({ answer }) => answer))]
  return different.length === 1 ? `${different[0]} ×${asked.length}` : different.join(', ')
}

/** Milliseconds from the start job's begin to active, of the invocation that runs: systemd.unit timestamps. */
async function lastStartMs({ host, subject }: WalkContext): Promise<number> {
  const shown = await showUnit(host, subject.unit, [
    'InactiveExitTimestampMonotonic',
    'ActiveEnterTimestampMonotonic',
  ])
  const begin = Number(first(shown, 'InactiveExitTimestampMonotonic'))
  const end = Number(first(shown, 'ActiveEnterTimestampMonotonic'))
  return begin > 0 && end >= begin ? Math.round((end - begin) / 1000) : 0
}

/** A service that forks jobs never has the same processes for long, and can't be asked to come to rest. */
async function isRestless({ host, subject }: WalkContext): Promise<boolean> {
  const seen = new Set<string>()
  for (let look = 0; look < 5; look += 1) {
    seen.add((await takeSnapshot(host, subject.unit)).processes.join(' '))
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  return seen.size > 1
}

async function measureTicked(
  context: WalkContext,
  rows: CheckRow[],
): Promise<{ rows: CheckRow[] } & ({ answers: CheckAnswer[] } | { problem: string })> {
  const ticked = rows.filter((row) => row.ticked)
  const checks = ticked.map(({ request }) => request)
  const rounds = await measure(context.host, checks, ROUNDS)
  const shown = rows.map((row) => {
    const index = ticked.indexOf(row)
    return index < 0 ? row : { ...row, answered: answered(rounds[index] ?? []) }
  })
  for (const [index, check] of checks.entries()) {
    const problem = problemOf(rounds[index] ?? [])
    if (problem !== undefined) return { rows: shown, problem: `${checkLabel(check)} ${problem}` }
  }
  const answers = checks.map((check, index) => ({ check, answer: rounds[index]?.[0]?.answer ?? '' }))
  return { rows: shown, answers }
}

/** What the rows become by one intent of the person; a text that is no check leaves them with a problem. */
function editRows(
  rows: CheckRow[],
  intent: { do: 'toggle-check'; id: string } | { do: 'add-check'; text: string },
): { rows: CheckRow[]; problem?: string } {
  if (intent.do === 'toggle-check') {
    return { rows: rows.map((row) => (row.id === intent.id ? { ...row, ticked: !row.ticked } : row)) }
  }
  try {
    const added = rowOf(parseCheck(intent.text))
    return { rows: [...rows.filter(({ id }) => id !== added.id), added] }
  } catch (error) {
    if (error instanceof CheckError) return { rows, problem: error.message }
    throw error
  }
}

/** A walk that ends here has changed nothing; where the baseline does not hold, that is why. */
function leftWith(problem: string | undefined): Refusal {
  return problem === undefined
    ? new Refusal('left before the first change', 'Nothing was changed.')
    : new Refusal(
        `the baseline does not hold: ${problem}`,
        'Nothing was changed; mend it, or choose other checks with --check.',
      )
}

/**
 * Proposes the checks that decide health, lets the person change them, and measures them several times. A check
 * that flaps or fails before anything was changed can't tell a broken service: the walk refuses to begin with it.
 */
export async function baselinePhase(
  context: WalkContext,
): Promise<{ baseline: Baseline; restarts: Restarts }> {
  const { host, subject, dispatch, ask, options } = context
  dispatch({ type: 'phase', phase: { at: 'looking', what: 'Reading what the service does' } })
  const facts = await observe(host, subject.unit)
  const given = [...options.checks.map(parseCheck), ...options.exercises.map(parseExercise)]
  let rows = distinct([...(await proposeChecks(host, facts)), ...given]).map(rowOf)
  let restarts: Restarts = options.once ? 'once' : 'each stage'
  // Learning live restarts the live service besides, so that once is no choice.
  const choice = () => (options.rehearse && options.learnLive === undefined ? { restarts } : {})
  let problem: string | undefined
  let mistyped: string | undefined
  const shown = (measuring: boolean) => {
    const said = mistyped ?? problem
    return {
      at: 'baseline' as const,
      checks: rows,
      measuring,
      ...choice(),
      ...(said === undefined ? {} : { problem: said }),
    }
  }
  const measured = async (): Promise<CheckAnswer[] | undefined> => {
    dispatch({ type: 'phase', phase: shown(true) })
    const found = await measureTicked(context, rows)
    rows = found.rows
    if ('answers' in found) return found.answers
    problem = found.problem
    return undefined
  }
  for (;;) {
    const intent = await ask(shown(false), ANSWERS.baseline)
    if (intent === undefined || intent.do === 'stop') throw leftWith(problem)
    if (intent.do === 'toggle-restarts') {
      restarts = restarts === 'once' ? 'each stage' : 'once'
      continue
    }
    problem = undefined
    mistyped = undefined
    if (intent.do !== 'measure') {
      const edited = editRows(rows, intent)
      rows = edited.rows
      mistyped = edited.problem
      continue
    }
    const answers = await measured()
    if (answers === undefined) continue
    dispatch({ type: 'phase', phase: shown(true) })
    const baseline = {
      listeners: listenersOf(facts.sockets),
      answers,
      startMs: await lastStartMs(context),
      restless: await isRestless(context),
    }
    await context.save({ baseline })
    return { baseline, restarts: options.rehearse ? restarts : 'each stage' }
  }
}
