import type { TalkAddress } from '../../host/host.ts'
import { type Asked, answerTo } from '../../trial/health/ask.ts'
import {
  type CheckAnswer,
  IN_CLONES,
  lastingContent,
  measure,
  problemOf,
} from '../../trial/health/baseline.ts'
import { type Check, checkKey, checkLabel, isCommand, urlAddress } from '../../trial/health/check.ts'
import { connectionCheck } from '../../trial/health/recognise.ts'
import { Survival } from '../../trial/health/survival.ts'
import { watchTouched } from '../../trial/health/touched.ts'
import { takeSnapshot } from '../../trial/health/unit-snapshot.ts'
import type { WalkBeginning } from './context.ts'
import { reviveLive } from './first-questions.ts'
import type { CheckRow } from './rows.ts'

const ROUNDS = 3

export interface Measured {
  rows: CheckRow[]
  /** Rows that were left out or replaced, and why, in sentences. */
  notes: string[]
  /** The answer of each ticked row; absent if one does not hold. */
  answers?: CheckAnswer[]
  /** Why it does not hold. */
  problem?: string
}

/** "200 ×3", or what differed. */
function answered(answers: readonly Asked[]): string {
  const different = [...new Set(answers.map(({ answer }) => answer))]
  return different.length === 1 ? `${different[0]} ×${answers.length}` : different.join(', ')
}

function addressOf(check: Check): TalkAddress | undefined {
  switch (check.kind) {
    case 'talk':
      return check.to
    case 'http': {
      const { address, port } = urlAddress(check.url)
      return { transport: 'tcp', address, port }
    }
    default:
      return undefined
  }
}

/** A plain connection instead of a question; undefined if the row is one already, or cannot be a connection. */
function merelyConnected(row: CheckRow): CheckRow | undefined {
  const to = addressOf(row.request)
  const check = to === undefined ? undefined : connectionCheck(to)
  if (check === undefined) return undefined
  return { id: checkKey(check), label: checkLabel(check), ticked: true, request: check, proposed: true }
}

/** The rows with one row replaced by a connection, or unticked. */
function without(rows: readonly CheckRow[], row: CheckRow): CheckRow[] {
  const instead = merelyConnected(row) ?? { ...row, ticked: false }
  const known = rows.some(({ id }) => id === instead.id && id !== row.id)
  return rows.flatMap((one) => (one.id === row.id ? (known ? [] : [instead]) : [one]))
}

/** Asks each question alone when the live service gets it for the first time. */
async function askOneByOne(
  { host, subject }: WalkBeginning,
  rows: readonly CheckRow[],
): Promise<{ rows: CheckRow[]; notes: string[] }> {
  const survival = await Survival.watch(host, subject.unit)
  const notes: string[] = []
  let left = [...rows]
  for (const row of rows) {
    if (!row.ticked || isCommand(row.request)) continue
    await answerTo(host, row.request)
    if (await survival.holds()) continue
    notes.push(await reviveLive(survival, subject.unit, row.label))
    left = without(left, row)
  }
  return { rows: left, notes }
}

/** Plays an exercise, and looks whether any process of the unit noticed. */
async function playWatched(
  { host, subject }: WalkBeginning,
  check: Check,
): Promise<{ asked: Asked; touched: boolean | undefined }> {
  // It gives a oneshot work, and that of the live host is left as it is.
  if (subject.oneshot) return { asked: { ok: true, answer: IN_CLONES }, touched: undefined }
  const { group } = await takeSnapshot(host, subject.unit)
  const { result, touched } = await watchTouched(host, group, () => answerTo(host, check))
  return { asked: result, touched }
}

function untouchedNote(label: string): string {
  return `${label}: it touched nothing of the service, of which no process did anything meanwhile, so that it proves nothing`
}

/**
 * Asks the ticked rows several times. A proposed conversation that does not hold becomes a connection, and a proposed
 * check that fails is dropped in favour of the person's checks; any other failure is a problem of the measurement.
 */
export async function measureRows(context: WalkBeginning, given: readonly CheckRow[]): Promise<Measured> {
  const first = await askOneByOne(context, given)
  const notes = [...first.notes]
  let { rows } = first
  for (;;) {
    const ticked = rows.filter((one) => one.ticked)
    const checks = ticked.map(({ request }) => request)
    const untouched: string[] = []
    const rounds = await measure(context.host, checks, ROUNDS, async (check) => {
      const { asked, touched } = await playWatched(context, check)
      if (asked.ok && touched === false) untouched.push(checkLabel(check))
      return asked
    })
    rows = rows.map((one) => {
      const index = ticked.indexOf(one)
      return index < 0 ? one : { ...one, answered: answered(rounds[index] ?? []) }
    })
    const failed = firstProblem(checks, rounds)
    if (failed === undefined) {
      return {
        rows,
        notes: [...notes, ...untouched.map(untouchedNote)],
        answers: checks.map((check, index) => {
          const content = lastingContent(rounds[index] ?? [])
          const answer = rounds[index]?.[0]?.answer ?? ''
          return { check, answer, ...(content === undefined ? {} : { content }) }
        }),
      }
    }
    const row = rows.find(({ id }) => id === ticked[failed.index]?.id) as CheckRow
    if (!givesWay(row, rows)) return { rows, notes, problem: failed.problem }
    notes.push(`${failed.problem}; it is left out`)
    rows = without(rows, row)
  }
}

function givesWay(row: CheckRow, rows: readonly CheckRow[]): boolean {
  if (row.proposed === undefined) return false
  return row.request.kind === 'talk' || rows.some(({ ticked, proposed }) => ticked && !proposed)
}

function firstProblem(
  checks: readonly Check[],
  rounds: readonly Asked[][],
): { index: number; problem: string } | undefined {
  for (const [index, check] of checks.entries()) {
    const problem = problemOf(rounds[index] ?? [])
    if (problem !== undefined) return { index, problem: `${checkLabel(check)} ${problem}` }
  }
  return undefined
}
