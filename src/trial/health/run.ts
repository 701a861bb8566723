import type { Host } from '../../host/host.ts'
import { type JournalEntry, syncJournal, unitJournal } from '../../systemd/log/journal.ts'
import { first, showUnit } from '../../systemd/manager/show.ts'
import { kindOfLine } from '../diagnosis/complaints.ts'
import { isExercise, type OneshotBaseline } from './baseline.ts'
import { answersOf } from './heard.ts'
import { judgeAnswers, judgeKilled, type Reason } from './judge.ts'
import { attributedRecords, describeRecord, filterOf } from './killed.ts'
import { notLeft } from './left-behind.ts'
import type { UnitSnapshot } from './unit-snapshot.ts'
import { type HealthReport, type Watch, watchStart } from './watch.ts'

/** How a program says that something went wrong. */
const TROUBLE =
  /error|denied|fail|cannot|can't|could not|couldn't|unable|not permitted|read-only|no such|refus|not supported|bad system call|fatal/i
const ERROR = 3
const MAX_LINES = 3

/** Everything that was seen of one run, and all that the verdict rests on. */
export interface SeenRun {
  last: UnitSnapshot
  timedOut: boolean
  limitMs: number
  /** No run was asked for: it only must not have failed. */
  rests: boolean
  /** "chown (fchownat)" for each system call that a filter killed. */
  killed: readonly string[]
  /** A Condition…= or Assert…= kept it from running. */
  unmet: boolean
  /** Its own lines. */
  said: readonly JournalEntry[]
  /** User= now. */
  user: string
  /** As marksOf() writes it; absent where nobody could look. */
  left?: readonly string[]
}

function judgeEnd({ last, timedOut, limitMs, rests, unmet }: SeenRun): Reason[] {
  if (timedOut) return [{ kind: 'start', text: `the run did not end within ${Math.round(limitMs / 1000)} s` }]
  if (last.active === 'failed' || last.restarts > 0) {
    const how = last.result === 'exit-code' ? `exit status ${last.exitStatus}` : last.result
    return [{ kind: 'start', text: `the run failed (${how})` }]
  }
  if (rests) return []
  if (unmet)
    return [{ kind: 'start', text: 'it did not run: a Condition…= or Assert…= of the unit is not met' }]
  return last.invocation === '' ? [{ kind: 'start', text: 'it did not run' }] : []
}

/** Lines that tell of trouble, of a kind that the unhardened run never logged. */
function newTrouble(said: readonly JournalEntry[], known: readonly string[]): Reason[] {
  const trouble = said.filter(({ priority, message }) => priority <= ERROR || TROUBLE.test(message))
  const fresh = trouble.filter(({ message }) => !known.includes(kindOfLine(message)))
  const kinds = new Map(fresh.map(({ message }) => [kindOfLine(message), message.split('\n')[0]?.trim()]))
  return [...kinds.values()]
    .slice(0, MAX_LINES)
    .map((line) => ({ kind: 'answer', text: `a new kind of error line in its log: ${line}` }))
}

/** Why a run was not as those without hardening; empty if it was. Causes come before effects. */
export function judgeRun(seen: SeenRun, { user, lines, left }: OneshotBaseline): Reason[] {
  const killed = judgeKilled(seen.killed)
  const ended = judgeEnd(seen)
  if (ended.length > 0 || seen.rests) return [...killed, ...ended]
  return [
    ...killed,
    ...(lines === undefined ? [] : newTrouble(seen.said, lines)),
    ...(left === undefined || seen.left === undefined ? [] : notLeft(left, seen.left, seen.user === user)),
  ]
}

function proofOf({ rests, left }: SeenRun, oneshot: OneshotBaseline): string[] {
  if (rests) return ['it is at rest, and its last run did not fail']
  return [
    'a new run ended with success',
    ...(oneshot.lines === undefined ? [] : ['no new kind of error line in its log']),
    ...(oneshot.left === undefined || left === undefined
      ? []
      : [
          `it left behind what it leaves without hardening: ${oneshot.left.length} things, with owner and mode`,
        ]),
  ]
}

const RUN_FIELDS = ['INVOCATION_ID', '_SYSTEMD_INVOCATION_ID']

/**
 * The invocation since `since` (epoch ms), and its own lines: PID 1 forgets that of a unit that nothing names, and the log
 * does not. The log in turn may not know of which invocation the last line of a process was that has ended.
 */
async function lastRun(
  host: Host,
  unit: string,
  since: number,
): Promise<{ invocation: string; said: JournalEntry[] }> {
  const entries = await unitJournal(host, unit, since)
  const idOf = ({ fields }: JournalEntry) => RUN_FIELDS.map((key) => fields[key]).find(Boolean)
  const invocation = entries.map(idOf).findLast((id) => id !== undefined) ?? ''
  const said = entries.filter(
    (entry) => entry.pid !== 1 && entry.message.trim() !== '' && (idOf(entry) ?? invocation) === invocation,
  )
  return { invocation, said }
}

async function watchRun(question: Watch): Promise<{ run: SeenRun; records: HealthReport['records'] }> {
  const { host, unit, before, since, startLimitMs, sightings } = question
  const { snapshots, timedOut } = await watchStart(question)
  const found = snapshots.at(-1) as UnitSnapshot
  const rests = before.goesOn === true
  if (!rests) await syncJournal(host)
  const { invocation, said } = rests ? { invocation: '', said: [] } : await lastRun(host, unit, since)
  const last = { ...found, invocation }
  const records = await attributedRecords(host, await filterOf(host, unit), since, found.group, {
    ...question,
    sightings,
  })
  const shown = await showUnit(host, unit, ['ConditionResult', 'AssertResult', 'User'])
  const unmet =
    invocation === '' && [first(shown, 'ConditionResult'), first(shown, 'AssertResult')].includes('no')
  const left = rests ? undefined : await question.left?.()
  const run: SeenRun = {
    ...{ last, timedOut, limitMs: startLimitMs, rests, unmet, said, user: first(shown, 'User') },
    killed: [...new Set(records.map(describeRecord))],
    ...(left === undefined ? {} : { left }),
  }
  return { run, records }
}

/** Waits until a oneshot has run, and judges the run; for `before.goesOn` none is asked for. */
export async function checkRun(question: Watch, oneshot: OneshotBaseline): Promise<HealthReport> {
  const { host, baseline } = question
  const { run, records } = await watchRun(question)
  const { last } = run
  const reasons = judgeRun(run, oneshot)
  const lines = [...new Set(run.said.map(({ message }) => kindOfLine(message)))]
  const { left } = run
  const seen = { records, last, lines, ...(left === undefined ? {} : { left }) }
  if (reasons.length > 0) return { healthy: false, reasons, proof: [], ...seen }
  // Exercises have given it its work before: giveWork().
  const asked = { answers: baseline.answers.filter(({ check }) => !isExercise(check)) }
  const checks = asked.answers.map(({ check }) => check)
  const wrong = judgeAnswers(await answersOf(host, checks), asked)
  const proof = wrong.length > 0 ? [] : proofOf(run, oneshot)
  return { healthy: wrong.length === 0, reasons: wrong, proof, ...seen }
}
