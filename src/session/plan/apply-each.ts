import type { Stage } from '../../catalog/common/types.ts'
import { observe } from '../../observe/observe.ts'
import { overallExposure } from '../../systemd/exposure/security.ts'
import type { Baseline } from '../../trial/health/baseline.ts'
import { applyToTarget } from '../stage/apply-stage.ts'
import { lookAt } from '../stage/look.ts'
import type { StageEnd } from '../stage/stage-phase.ts'
import type { TrialTarget } from '../stage/stage-trial.ts'
import type { StageWork } from '../stage/stage-work.ts'
import type { WalkContext } from '../walk/context.ts'
import { takeBackLate } from '../walk/last-check.ts'
import { STAGE_BY_STAGE } from '../walk/rehearse-all.ts'
import type { StageResult } from '../walk/state.ts'

/** The stages as they held in a clone. */
interface Rehearsed {
  ends: readonly StageEnd[]
  differs: readonly string[]
}

/** The stage as it held in the clone, with what is seen of the live service; without a clone, as the plan has it here. */
async function workOf(
  context: WalkContext,
  baseline: Baseline,
  stage: Stage,
  rehearsed: Rehearsed | undefined,
): Promise<StageWork | undefined> {
  if (rehearsed === undefined) return lookAt(context, stage, baseline)
  const end = rehearsed.ends.find(({ result }) => result.stage === stage)
  if (end?.last === undefined || end.result.outcome !== 'rehearsed') return undefined
  return { ...end.last.work, facts: await observe(context.live, context.subject.unit) }
}

async function applyOne(
  context: WalkContext,
  baseline: Baseline,
  work: StageWork,
  { proven, differs }: Pick<TrialTarget, 'proven' | 'differs'>,
): Promise<StageResult> {
  const { host, subject } = context
  const before = (await overallExposure(host, subject.unit)) ?? 0
  const rehearsal = proven ? STAGE_BY_STAGE : 'not rehearsed here'
  const target = { before, rehearsal, proven, differs, facts: work.facts }
  const came = await applyToTarget(context, work, baseline, target, new Map())
  if ('outcome' in came) return came
  const note = came.note ?? 'not applied'
  return { stage: work.stage, outcome: 'skipped', skippedAs: 'missed', before, after: before, kept: [], note }
}

/** Applies the stages one after the other, each kept before the next; ends at the first that is not kept. */
export async function applyEach(
  context: WalkContext,
  baseline: Baseline,
  rehearsed: Rehearsed | undefined,
): Promise<void> {
  const { dispatch, timings } = context
  for (const stage of context.options.stages) {
    await takeBackLate(context, baseline)
    const work = await workOf(context, baseline, stage, rehearsed)
    if (work === undefined || work.current.size === 0) continue
    const how = { proven: rehearsed !== undefined, differs: rehearsed?.differs ?? [] }
    const result = await timings.during(`live trial: ${stage}`, () => applyOne(context, baseline, work, how))
    dispatch({ type: 'exposure', now: result.after })
    dispatch({ type: 'finished', result })
    if (result.outcome !== 'kept') return
  }
}
