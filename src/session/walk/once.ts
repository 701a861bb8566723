import { renderDropIn } from '../../systemd/settings/drop-in.ts'
import type { Baseline } from '../../trial/health/baseline.ts'
import { attempt } from '../../trial/transaction/transaction.ts'
import { diagnosisOf } from '../stage/failure.ts'
import { loginWanted, nobodyLogsIn } from '../stage/remote-login.ts'
import { keepOrUndo, requireBack, type TrialTarget, withDifference } from '../stage/stage-trial.ts'
import { trialContext } from '../stage/trial-context.ts'
import type { WalkContext } from './context.ts'
import { lookLive } from './look-live.ts'
import type { PendingStages } from './pending-change.ts'
import { requireExposure } from './preflight.ts'
import { ANSWERS } from './questions.ts'
import { type AllRehearsed, rehearseAll, STAGE_BY_STAGE } from './rehearse-all.ts'
import type { StageResult } from './state.ts'

async function confirmAll({ ask, subject }: WalkContext, { change, parts }: PendingStages): Promise<boolean> {
  const text = renderDropIn([], parts).trim()
  const rehearsal = { state: 'proven' } as const
  const ownership = [...change.ownership]
  const { account } = change
  const warnings = account ? [`The system account ${account.name} is created, and stays after an undo.`] : []
  const waits = subject.stopped ? { waits: true as const } : {}
  const said = { dropIn: text, ownership, rehearsal, warnings, ...waits }
  return (
    (await ask({ at: 'confirm', stage: 'all', target: 'live', ...said }, ANSWERS.confirm))?.do === 'apply'
  )
}

/** The one restart of the live service, through the same transaction as a stage's. */
async function applyAll(
  context: WalkContext,
  baseline: Baseline,
  stages: PendingStages,
  differs: readonly string[],
): Promise<StageResult> {
  const { ask, dispatch, host, subject } = context
  const before = await requireExposure(host, subject.unit)
  const unchanged: StageResult = {
    stage: 'all',
    outcome: 'skipped',
    skippedAs: 'missed',
    before,
    after: before,
    kept: [],
  }
  dispatch({ type: 'target', target: 'live' })
  dispatch({ type: 'exposure', now: before })
  for (;;) {
    if (!(await confirmAll(context, stages)))
      return { ...unchanged, note: 'not applied: the live service was not touched' }
    const facts = await lookLive(context)
    const unseen = nobodyLogsIn(context, loginWanted(context, facts))
    if (unseen !== undefined) return { ...unchanged, note: unseen }
    const trials = trialContext(context, facts, baseline)
    const deadline = Date.now() + trials.deadManSeconds * 1000
    dispatch({ type: 'phase', phase: { at: 'trial', doing: 'try', stage: 'all', steps: [], deadline } })
    const result = await attempt(trials, 'all', stages.change)
    const target: TrialTarget = {
      before,
      rehearsal: STAGE_BY_STAGE,
      proven: true,
      differs,
      facts,
    }
    if (result.healthy) {
      return keepOrUndo(context, trials, { stage: 'all', change: stages.change }, result, target)
    }
    const failed = withDifference(result, target)
    requireBack(failed.reasons[0]?.text ?? 'it broke', failed.undone, context)
    const { reason, journal } = await diagnosisOf(host, facts, failed)
    const undone = [...failed.undone.lines]
    const said = { reason, journal, undone, relaxations: [], mayInsist: false }
    const kinds = ['choose-again', 'skip-stage', 'stop'] as const
    const intent = await ask({ at: 'failed', stage: 'all', ...said }, kinds)
    if (intent?.do !== 'choose-again') return { ...unchanged, note: 'broke the service and was rolled back' }
  }
}

/** What was kept in a clone is applied to the live service, by one restart. */
export async function applyRehearsed(
  context: WalkContext,
  baseline: Baseline,
  { stages, differs }: Pick<AllRehearsed, 'stages' | 'differs'>,
): Promise<void> {
  const { dispatch, timings } = context
  if (stages === undefined) return
  const result = await timings.during('live trial: all', () => applyAll(context, baseline, stages, differs))
  dispatch({ type: 'exposure', now: result.after })
  dispatch({ type: 'finished', result })
}

/** Walks the five stages in a clone of the host, then restarts the live service once. If no clone can be made, returns why. */
export async function walkOnce(context: WalkContext, baseline: Baseline): Promise<string | undefined> {
  const rehearsed = await rehearseAll(context, baseline)
  if ('why' in rehearsed) return rehearsed.why
  await applyRehearsed(context, baseline, rehearsed)
  return undefined
}
