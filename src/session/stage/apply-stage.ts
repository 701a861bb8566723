import type { Baseline } from '../../trial/health/baseline.ts'
import { attempt } from '../../trial/transaction/transaction.ts'
import type { Rehearsal } from '../proof/rehearsal.ts'
import type { StageProving } from '../proof/stage-proving.ts'
import { changeKey, type Verdict } from '../proof/verdicts.ts'
import type { WalkContext } from '../walk/context.ts'
import type { StageResult, WalkState } from '../walk/state.ts'
import { afterFailure, diagnosisOf } from './failure.ts'
import { mostTrials, searchLive, type TriedLive } from './live-bisect.ts'
import { loginWanted, nobodyLogsIn } from './remote-login.ts'
import { keepOrUndo, requireBack, type TrialTarget, withDifference } from './stage-trial.ts'
import { changeOf, type StageWork } from './stage-work.ts'
import { trialContext } from './trial-context.ts'

/** The machine that the stages are applied to, as a screen names it. */
export function targetOf({ host, live }: WalkContext): WalkState['target'] {
  return host === live ? 'live' : 'rehearsal'
}

/** Waits for the verdict on the ticked set, and shows its steps meanwhile. */
export async function awaitProof(context: WalkContext, proving: StageProving): Promise<Verdict | undefined> {
  const { dispatch } = context
  const { state } = proving.set
  if (state === 'waiting' || state === 'proving') {
    dispatch({ type: 'target', target: 'rehearsal' })
    dispatch({ type: 'phase', phase: { at: 'trial', doing: 'try', stage: proving.work.stage, steps: [] } })
  }
  const verdict = await proving.setVerdict((event) => dispatch({ type: 'step', event }))
  if (verdict?.holds === false) dispatch({ type: 'target', target: 'rehearsal' })
  return verdict
}

/** What to do after a stage failed. */
export interface Next {
  /** The stage as the person wants it now, or the wish to leave it. */
  go: StageWork | 'skip' | 'stop'
  note?: string
}

/** Keeps the stage in the clone where it held and stands, which stands in for the live host. */
export async function keepInClone(
  context: WalkContext,
  work: StageWork,
  baseline: Baseline,
  { standing }: Rehearsal,
  target: TrialTarget,
): Promise<StageResult | Next> {
  const { dispatch } = context
  const { stage } = work
  const unseen = nobodyLogsIn(context, loginWanted(context, work.facts))
  if (unseen !== undefined || standing === undefined) {
    return { go: 'skip', ...(unseen === undefined ? {} : { note: unseen }) }
  }
  dispatch({ type: 'target', target: targetOf(context) })
  dispatch({ type: 'phase', phase: { at: 'trial', doing: 'try', stage, steps: [] } })
  const trials = trialContext(context, work.facts, baseline)
  return keepOrUndo(context, trials, { stage, change: changeOf(work) }, standing.passed, target)
}

/** Tries the stage on its target, the live host or the clone that stands in for it; its result, or what to do after it failed. */
export async function applyToTarget(
  context: WalkContext,
  work: StageWork,
  baseline: Baseline,
  target: TrialTarget,
  tried: TriedLive,
): Promise<StageResult | Next> {
  const { dispatch, host, live } = context
  const { stage } = work
  const unseen = nobodyLogsIn(context, loginWanted(context, work.facts))
  if (unseen !== undefined) return { go: 'skip', note: unseen }
  const trials = trialContext(context, work.facts, baseline)
  const deadline = Date.now() + trials.deadManSeconds * 1000
  dispatch({ type: 'target', target: targetOf(context) })
  const timed = host === live ? { deadline } : {}
  dispatch({ type: 'phase', phase: { at: 'trial', doing: 'try', stage, steps: [], ...timed } })
  // A clone that stands in: the clone of the proof was watched for the same change.
  const isBrief = host.isClone && target.proven
  const result = await attempt(trials, stage, changeOf(work), { isBrief })
  if (result.healthy) return keepOrUndo(context, trials, { stage, change: changeOf(work) }, result, target)
  const failed = withDifference(result, target)
  requireBack(failed.reasons[0]?.text ?? 'it broke', failed.undone, context)
  const diagnosis = await diagnosisOf(host, work.facts, failed)
  const undone = failed.undone.lines
  tried.set(changeKey(changeOf(work)), false)
  // A change that failed before its restart, for example by a line that systemd ignores, needs no search by restarts:
  // the failure names the row.
  const maySearch = host === live && work.ticked.size > 1 && result.report !== undefined
  const then = await afterFailure(context, work, {
    ...diagnosis,
    undone,
    mayInsist: false,
    ...(maySearch ? { maySearch: mostTrials(work.ticked.size) } : {}),
  })
  const note = 'broke the service and was rolled back'
  if (then === 'search') return { go: await searchLive(context, work, baseline, diagnosis, tried), note }
  return { go: then === 'insist' ? work : then, note }
}
