import { setTimeout as pause } from 'node:timers/promises'
import type { Facts } from '../../observe/facts.ts'
import { observe, readMachine } from '../../observe/observe.ts'
import { lastStartMs } from '../../systemd/manager/control.ts'
import { first } from '../../systemd/manager/show.ts'
import type { Baseline, CheckAnswer } from '../../trial/health/baseline.ts'
import {
  type Check,
  CheckError,
  checkKey,
  checkLabel,
  parseCheck,
  parseExercise,
} from '../../trial/health/check.ts'
import { Survival } from '../../trial/health/survival.ts'
import { takeSnapshot } from '../../trial/health/unit-snapshot.ts'
import type { WalkBeginning } from './context.ts'
import { firstQuestions } from './first-questions.ts'
import { measureRows } from './measure-rows.ts'
import { ANSWERS } from './questions.ts'
import { Refusal } from './refusal.ts'
import type { CheckRow } from './rows.ts'
import { startedInClone } from './start-in-clone.ts'
import type { Restarts } from './state.ts'
import { requireStaysUp } from './stays-up.ts'

function rowOf(check: Check): CheckRow {
  return { id: checkKey(check), label: checkLabel(check), ticked: true, request: check }
}

/** A check that hardenctl proposed is dropped if it does not hold. */
function proposedRow(check: Check): CheckRow {
  return { ...rowOf(check), proposed: true }
}

/** Each check once; the given one replaces an equal proposal. */
function distinct(rows: readonly CheckRow[]): CheckRow[] {
  return [...new Map(rows.map((row) => [row.id, row])).values()]
}

/** A service that forks jobs always changes its processes, so it need not come to rest. */
async function isRestless({ host, subject }: WalkBeginning): Promise<boolean> {
  if (subject.oneshot) return false
  const seen = new Set<string>()
  for (let look = 0; look < 5; look += 1) {
    seen.add((await takeSnapshot(host, subject.unit)).processes.join(' '))
    await pause(250)
  }
  return seen.size > 1
}

/** The rows after one intent of the person; a text that is not a check adds a problem. */
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

/** The state of the service when the walk ends here: whether it still runs as found is checked, not assumed. */
async function leftWith(
  problem: string | undefined,
  notes: readonly string[],
  found: Survival,
): Promise<Refusal> {
  const same = await found.holds()
  const state = same
    ? 'Nothing was changed'
    : 'No file was changed, but the service has restarted since hardenctl began: systemctl status says more'
  const said = [...notes, state].join('. ')
  return problem === undefined
    ? new Refusal('stopped before the first change', `${said}.`)
    : new Refusal(
        `the service does not answer reliably: ${problem}`,
        `${said}; repair it, or choose other checks with --check.`,
      )
}

const ONESHOT =
  'It does its work and ends (Type=oneshot): hardenctl runs it in clones, and compares how it ends, what it logs, and what it leaves behind. --exercise CMD gives it work before each run there, --check CMD looks at what came of it'

const STOPPED =
  'It is stopped: hardenctl starts it in clones alone, and these answers are of one. The live service is not started unless you say so at the end'

/** The warning if only processes and listeners decide health. */
const NO_CHECK =
  'No check: hardenctl found nothing to ask this service, so it compares only processes and listeners. --check CHECK asks something, --exercise CMD uses it'

export interface FoundBaseline {
  baseline: Baseline
  restarts: Restarts
  /** Checks and exercises that the person gave. */
  given: Check[]
  /** What the service did, if it is stopped on the live host and was started in a clone. */
  seen?: Facts
}

/**
 * Proposes the checks that decide health, lets the person change them, and measures them several times. A check that is
 * unstable or fails before any change cannot show a broken service, so the walk refuses to start with it. All of that
 * is asked of a stopped service in a clone; the stages are then walked in clones, and the live service waits.
 */
export async function baselinePhase(context: WalkBeginning): Promise<FoundBaseline> {
  const { subject, options, store } = context
  if (!subject.stopped) return askForBaseline(context)
  const { host, dispose } = await startedInClone(context)
  try {
    // What a clone is asked needs no other clone to try it first.
    const there = { ...context, host, live: host, options: { ...options, rehearse: false } }
    const found = await askForBaseline(there)
    const baseline = { ...found.baseline, stopped: true as const }
    await store.save({ baseline })
    const [seen, { mounts }] = await Promise.all([observe(host, subject.unit), readMachine(context.live)])
    return { ...found, baseline, restarts: 'once', seen: { ...seen, mounts } }
  } finally {
    await dispose()
  }
}

async function askForBaseline(context: WalkBeginning): Promise<FoundBaseline> {
  const { host, subject, dispatch, ask, options, timings } = context
  dispatch({ type: 'phase', phase: { at: 'looking', what: 'Reading what the service does' } })
  if (!subject.oneshot) await requireStaysUp(host, subject.unit)
  const found = await Survival.watch(host, subject.unit)
  const facts = await timings.during('look', () => observe(host, subject.unit))
  const given = [...options.checks.map(parseCheck), ...options.exercises.map(parseExercise)]
  const what = 'Finding the protocols it speaks, in a clone of this host first'
  const mayClone = options.rehearse && host.manager.kind === 'system'
  if (mayClone) dispatch({ type: 'phase', phase: { at: 'looking', what } })
  const proposal = await timings.during('first questions', () => firstQuestions(context, facts))
  let { notes } = proposal
  let rows = distinct([...proposal.checks.map(proposedRow), ...given.map(rowOf)])
  let restarts: Restarts = options.once ? 'once' : 'each stage'
  // Live learning restarts the live service too, so "once" is not a choice.
  const choice = () => (mayClone && options.learnLive === undefined && !subject.oneshot ? { restarts } : {})
  const words = () => {
    if (subject.oneshot) return [...notes, ONESHOT]
    return [
      ...notes,
      ...(subject.stopped ? [STOPPED] : []),
      ...(rows.some(({ ticked }) => ticked) ? [] : [NO_CHECK]),
    ]
  }
  let problem: string | undefined
  let mistyped: string | undefined
  const shown = (measuring: boolean) => {
    const said = mistyped ?? problem
    return {
      at: 'baseline' as const,
      checks: rows,
      notes: words(),
      measuring,
      ...choice(),
      ...(said === undefined ? {} : { problem: said }),
    }
  }
  const measured = async (): Promise<CheckAnswer[] | undefined> => {
    dispatch({ type: 'phase', phase: shown(true) })
    const { rows: now, notes: more, ...result } = await measureRows(context, rows)
    rows = now
    notes = [...notes, ...more]
    problem = result.problem
    return result.answers
  }
  for (;;) {
    const intent = await ask(shown(false), ANSWERS.baseline)
    if (intent === undefined || intent.do === 'stop') throw await leftWith(problem, notes, found)
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
    const answers = await timings.during('baseline', measured)
    if (answers === undefined) continue
    dispatch({ type: 'phase', phase: { ...shown(true), measured: true } })
    const baseline = {
      listeners: proposal.listeners,
      answers,
      startMs: await lastStartMs(context.host, context.subject.unit),
      restless: await timings.during('baseline', () => isRestless(context)),
      ...(subject.oneshot || facts.processes.length === 0 ? {} : { populated: true as const }),
      ...(subject.oneshot ? { oneshot: { user: first(facts.unit.properties, 'User') } } : {}),
    }
    await context.store.save({ baseline })
    const own = rows.filter(({ ticked, proposed }) => ticked && proposed === undefined)
    const asked = own.map(({ request }) => request)
    return {
      baseline,
      restarts: options.rehearse && !subject.oneshot ? restarts : 'each stage',
      given: asked,
    }
  }
}
