import { type StageOrAll, titleOf } from '../../catalog/common/types.ts'
import { Bug, isExpected, OpenUndo, orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { type Basis, readBasis } from '../../observe/basis.ts'
import type { Facts } from '../../observe/facts.ts'
import { runningPrograms } from '../../observe/files/packages.ts'
import { overallExposure } from '../../systemd/exposure/security.ts'
import { postponeTimer, rearmTimer } from '../../systemd/manager/timer.ts'
import { refusalAmong } from '../../trial/diagnosis/oddities.ts'
import { countsOf } from '../../trial/health/baseline.ts'
import { newestLogin } from '../../trial/health/login.ts'
import { keep } from '../../trial/transaction/keep.ts'
import { AbortedTrial } from '../../trial/transaction/transaction.ts'
import type { Change, Failed, Passed, TrialContext, Undone } from '../../trial/transaction/trial.ts'
import { scriptPath } from '../../trial/transaction/trial-paths.ts'
import { undo } from '../../trial/transaction/undo.ts'
import { controlOf } from '../proof/control.ts'
import { fullText } from '../proof/full-words.ts'
import type { Verdict } from '../proof/verdicts.ts'
import type { KeptStage } from '../store/store.ts'
import type { WalkContext } from '../walk/context.ts'
import { Refusal } from '../walk/refusal.ts'
import type { Proof } from '../walk/rows.ts'
import type { LoginProof, StageResult } from '../walk/state.ts'
import { type Calls, openCalls } from './calls.ts'
import { dropInParts, withStage } from './drop-in-parts.ts'
import { askToKeep } from './keep-question.ts'
import { loginWanted, noLoginSeen, secondsToKeep } from './remote-login.ts'

/** Facts about a change when it is applied to its target, the live host or the clone of the rehearsal. */
export interface TrialTarget {
  /** Exposure ×10 before it. */
  before: number
  /** What the stage says of its rehearsal; '' when rehearsal is not wanted. */
  rehearsal: string
  /** It held in a clone. */
  proven: boolean
  /** What is not in a clone as on the live host, in sentences. */
  differs: readonly string[]
  /** What the service does, as it was looked at before. */
  facts: Facts
}

/** What a stage says of its rehearsal. */
export function rehearsedNote(context: WalkContext, set: Proof, verdict: Verdict | undefined): string {
  if (context.rehearsing === undefined) return ''
  if (verdict?.holds === true && context.subject.oneshot)
    return 'rehearsed first in a clone: it ran, and ran again as after a boot'
  if (verdict?.holds === true)
    return [
      'rehearsed first in a clone: restart, reload, stop, and a start as after a boot',
      ...controlOf(context.rehearsing).full.map((check) => `there ${fullText(check)}`),
    ].join('; ')
  return `not rehearsed: ${'reason' in set ? set.reason : 'no clone could tell'}`
}

/** A live failure after a passed rehearsal shows that the clone differs from the host, and is reported so. */
export function withDifference(failed: Failed, { proven, differs }: TrialTarget): Failed {
  if (!proven) return failed
  const [main = { kind: 'error', text: 'not healthy' } as const, ...rest] = failed.reasons
  const known = differs.length === 0 ? '' : `. Known differences of the clone: ${differs.join('; ')}`
  const text = `it held in the rehearsal, but not live: ${main.text}${known}`
  return { ...failed, reasons: [{ ...main, text }, ...rest] }
}

/** Ends the walk if an undo is not proven: the service may not be restored, so nothing more is tried on it. */
export function requireBack(
  why: string,
  { proven, lines }: Undone,
  { host, live, subject: { unit } }: Pick<WalkContext, 'host' | 'live' | 'subject'>,
): void {
  if (proven) return
  const { words } = host.manager
  const text = `${why}, and ${lines[0]}`
  if (host !== live) throw new Refusal(`in the clone ${text}`, 'The live service was not touched.')
  throw new OpenUndo(
    text,
    `${words.systemctl} status ${unit} and ${words.log} ${unit} say more; what was kept before stays.`,
  )
}

/** What the proof is made with; a host that can't tell does not keep a stage from being kept. */
async function basisOf(host: Host, facts: Facts): Promise<Basis | undefined> {
  return readBasis(host, facts.unit.id, runningPrograms(facts)).catch(orElse(undefined))
}

/** A change that passed, and what is known of its target. */
interface PassedStage {
  stage: StageOrAll
  change: Change
  result: Passed
  target: TrialTarget
}

/** Keeps or undoes the change that passed, as a person at the wizard or a second login says, if one can be asked. */
export async function keepOrUndo(
  context: WalkContext,
  trials: TrialContext,
  { stage, change }: Pick<PassedStage, 'stage' | 'change'>,
  result: Passed,
  target: TrialTarget,
): Promise<StageResult> {
  const passed = { stage, change, result, target }
  if (secondsToKeep(context.options, target.facts) === 0) return decide(context, trials, passed)
  const { calls, close } = await openCalls(context.host, context.subject.unit)
  try {
    const decided = await decide(context, trials, passed, calls)
    const { isKept, text } = endOf(decided, context.subject.unit)
    calls.end(isKept, text)
    return decided
  } catch (error) {
    const isUndone = error instanceof AbortedTrial && error.undone.proven
    calls.end(
      false,
      `The walk was ended, and ${isUndone ? 'the change is undone' : 'its terminal says more'}.`,
    )
    throw error
  } finally {
    close()
  }
}

/** What a second login hears of the question's end. */
function endOf({ stage, outcome, note }: StageResult, unit: string): { isKept: boolean; text: string } {
  const change = stage === 'all' ? 'all stages' : `the stage ${titleOf(stage)}`
  if (outcome !== 'skipped') return { isKept: true, text: `Kept: ${unit} runs with ${change}.` }
  return { isKept: false, text: `Not kept: ${unit} runs without ${change}: ${note}.` }
}

async function decide(
  context: WalkContext,
  trials: TrialContext,
  { stage, change, result, target }: PassedStage,
  calls?: Calls,
): Promise<StageResult> {
  const { before, rehearsal, proven, facts } = target
  const { host, subject, dispatch } = context
  const [shown, basis] = await Promise.all([
    overallExposure(host, subject.unit),
    host === context.live ? basisOf(host, facts) : undefined,
  ])
  const after = shown ?? before
  const login = loginWanted(context, facts)
  const skipped = (why: string, undone: Undone): StageResult => {
    requireBack(why, undone, context)
    return { stage, outcome: 'skipped', skippedAs: 'missed', before, after: before, kept: [], note: why }
  }
  const rolledBack = async (why: string) => skipped(why, await undo(trials, result.trial))
  const warnings = result.oddities.length === 0 ? {} : { warnings: result.oddities }
  if (calls !== undefined) {
    const answer = await asked(context, trials, { stage, change, result, target }, { after, login, calls })
    dispatch({ type: 'phase', phase: { at: 'trial', doing: 'finish', stage, steps: [] } })
    if (answer?.yes !== true)
      return rolledBack(answer ? 'rolled back as asked' : 'nobody answered: rolled back')
  } else if (login !== undefined) {
    const why = await noLoginSeen(context, login, result.trial.since)
    if (why !== undefined) return rolledBack(why)
  }
  // Nobody is asked, and in a clone such a line breaks the change too.
  const keys = result.trial.assignments.map(({ key }) => key)
  const refusal =
    calls === undefined && host === context.live ? refusalAmong(result.oddities, keys) : undefined
  if (refusal !== undefined) return rolledBack(`rolled back: ${refusal}`)
  const added: KeptStage = {
    stage,
    assignments: [...result.trial.assignments],
    records: [...result.trial.records],
    before,
    after,
    at: new Date().toISOString(),
    proof: { clone: proven, ...countsOf(trials.baseline) },
    ...(basis === undefined ? {} : { basis }),
  }
  const kept = withStage(context.store.state.kept, added)
  const parts = dropInParts(kept)
  const done = await keep(trials, result.trial, parts, result.report.last?.invocation ?? '')
  if (!done.kept) return skipped(done.reason, done.undone)
  await context.store.save({ kept, pending: undefined })
  const lines = result.trial.assignments
    .filter(({ value }) => value !== '')
    .map(({ key, value }) => `${key}=${value}`)
  const note = rehearsal === '' ? {} : { note: rehearsal }
  context.pendingChange?.add({ ...change, assignments: [...result.trial.assignments] }, parts)
  const outcome = host === context.live ? 'kept' : 'rehearsed'
  return { stage, outcome, before, after, kept: lines, ...note, ...warnings }
}

/** Asks Keep?; an interruption and a bug undo the change first. */
async function asked(
  context: WalkContext,
  trials: TrialContext,
  { stage, result, target: { before, rehearsal, facts } }: PassedStage,
  { after, login, calls }: { after: number; login: LoginProof | undefined; calls: Calls },
): Promise<{ yes: boolean } | undefined> {
  const { host, subject, options } = context
  const { unit } = subject
  const seconds = secondsToKeep(options, facts)
  const standBySeconds = trials.deadManSeconds - seconds
  await rearmTimer(host, unit)
  const deadline = Date.now() + seconds * 1000
  const proof = [...result.report.proof, ...(rehearsal === '' ? [] : [rehearsal])]
  const warnings = result.oddities.length === 0 ? {} : { warnings: result.oddities }
  const phase = {
    at: 'keep' as const,
    stage,
    deadline,
    before,
    after,
    proof,
    ...warnings,
    ...(login && { login }),
  }
  const look = () => newestLogin(host, unit, result.trial.since)
  const postpone = (more: number) =>
    postponeTimer(host, unit, scriptPath(host.manager, unit), more + standBySeconds)
  return askToKeep(context, { phase, seconds, calls, look, postpone }).catch(async (error) => {
    const undone = await undo(trials, result.trial)
    throw isExpected(error) ? new AbortedTrial(undone) : new Bug(error, undone)
  })
}
