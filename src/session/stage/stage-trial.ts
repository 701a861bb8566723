import type { StageOrAll } from '../../catalog/common/types.ts'
import { Bug, isExpected, orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { type Basis, readBasis } from '../../observe/basis.ts'
import type { Facts } from '../../observe/facts.ts'
import { runningPrograms } from '../../observe/files/packages.ts'
import { overallExposure } from '../../systemd/exposure/security.ts'
import { rearmTimer } from '../../systemd/manager/timer.ts'
import { countsOf } from '../../trial/health/baseline.ts'
import { newestLogin } from '../../trial/health/login.ts'
import { keep } from '../../trial/transaction/keep.ts'
import { AbortedTrial } from '../../trial/transaction/transaction.ts'
import type { Change, Failed, Passed, TrialContext, Undone } from '../../trial/transaction/trial.ts'
import { undo } from '../../trial/transaction/undo.ts'
import { controlOf } from '../proof/control.ts'
import { fullText } from '../proof/full-words.ts'
import type { Verdict } from '../proof/verdicts.ts'
import type { KeptStage } from '../store/store.ts'
import type { WalkContext } from '../walk/context.ts'
import { OpenUndo, Refusal } from '../walk/preflight.ts'
import type { Proof, StageResult } from '../walk/state.ts'
import { dropInParts, withStage } from './drop-in-parts.ts'
import { askToKeep, loginWanted, noLoginSeen, secondsToKeep } from './remote-login.ts'

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
  const text = `${why}, and ${lines[0]}`
  if (host !== live) throw new Refusal(`in the clone ${text}`, 'The live service was not touched.')
  throw new OpenUndo(
    text,
    `systemctl status ${unit} and journalctl -u ${unit} say more; what was kept before stays.`,
  )
}

/** What the proof is made with; a host that can't tell does not keep a stage from being kept. */
async function basisOf(host: Host, facts: Facts): Promise<Basis | undefined> {
  return readBasis(host, facts.unit.id, runningPrograms(facts)).catch(orElse(undefined))
}

/** Asks Keep? if a person can answer, and keeps or undoes the change that passed. */
export async function keepOrUndo(
  context: WalkContext,
  trials: TrialContext,
  { stage, change }: { stage: StageOrAll; change: Change },
  result: Passed,
  { before, rehearsal, proven, facts }: TrialTarget,
): Promise<StageResult> {
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
  const seconds = secondsToKeep(context.options, facts)
  const warnings = result.oddities.length === 0 ? {} : { warnings: result.oddities }
  if (seconds > 0) {
    await rearmTimer(host, subject.unit)
    const deadline = Date.now() + seconds * 1000
    const proof = [...result.report.proof, ...(rehearsal === '' ? [] : [rehearsal])]
    const more = { ...warnings, ...(login ? { login } : {}) }
    const asked = { at: 'keep' as const, stage, deadline, before, after, proof, ...more }
    const look = () => newestLogin(host, subject.unit, result.trial.since)
    const answer = await askToKeep(context, asked, look).catch(async (error) => {
      const undone = await undo(trials, result.trial)
      throw isExpected(error) ? new AbortedTrial(undone) : new Bug(error, undone)
    })
    dispatch({ type: 'phase', phase: { at: 'trial', doing: 'finish', stage, steps: [] } })
    if (answer?.yes !== true)
      return rolledBack(answer ? 'rolled back as asked' : 'nobody answered: rolled back')
  } else if (login !== undefined) {
    const why = await noLoginSeen(context, login, result.trial.since)
    if (why !== undefined) return rolledBack(why)
  }
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
