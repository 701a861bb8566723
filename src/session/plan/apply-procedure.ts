import { type Stage, titleOf } from '../../catalog/common/types.ts'
import type { Baseline } from '../../trial/health/baseline.ts'
import type { StageEnd } from '../stage/stage-phase.ts'
import { baselinePhase } from '../walk/baseline-phase.ts'
import type { WalkBeginning, WalkContext } from '../walk/context.ts'
import { askAboutDragged } from '../walk/dragged.ts'
import { finish } from '../walk/last-check.ts'
import { applyRehearsed } from '../walk/once.ts'
import { bringLive, makeReady, type Procedure } from '../walk/procedure.ts'
import { Refusal } from '../walk/refusal.ts'
import { rehearseAll } from '../walk/rehearse-all.ts'
import type { Restarts } from '../walk/state.ts'
import { checkedAtLast, readied } from '../walk/walk-stages.ts'
import { applyEach } from './apply-each.ts'
import { openStages, requireSameUnit, requireSameVersions } from './fit.ts'
import type { Here } from './here.ts'
import { knownHere } from './known-here.ts'
import { plannedWork } from './planned-work.ts'
import { readHere } from './read-here.ts'
import type { Plan } from './schema.ts'

/** How a plan is proven on this host before its live service is touched. */
export type Rehearse = 'where possible' | 'always' | 'never'

const IN_FORCE = 'Everything of the plan is in force here: nothing was changed.'

async function hereOf({ live }: WalkBeginning, plan: Plan): Promise<Here> {
  const here = await readHere(live, plan)
  if (here === undefined) throw new Refusal(`there is no unit ${plan.unit}`, 'Nothing was changed.')
  return here
}

/** Throws Refusal where the plan was made on something else and no clone can prove it here. */
function requireProvable({ rehearsing }: WalkContext, plan: Plan, here: Here, rehearse: Rehearse): boolean {
  if (rehearsing?.possible === true) return true
  const why = rehearsing === undefined ? '--no-rehearsal' : rehearsing.why
  if (rehearse === 'always')
    throw new Refusal(`no clone of this host can prove the plan: ${why}`, 'Nothing was changed.')
  requireSameVersions(plan, here, why)
  return false
}

/** Every stage of the plan must hold, as it is. Throws Refusal. */
function requireHeld(ends: readonly StageEnd[], stages: readonly Stage[]): void {
  for (const stage of stages) {
    const result = ends.find((end) => end.result.stage === stage)?.result
    if (result?.outcome === 'rehearsed' || result?.outcome === 'nothing') continue
    const note = result?.note === undefined ? '' : `, ${result.note}`
    throw new Refusal(
      `the plan does not hold on this host: ${titleOf(stage)}${note}`,
      'hardenctl plan makes a plan for this host; --skip DIRECTIVE leaves a row out of this one.',
    )
  }
}

/** Brings the stages to the live service, and returns how often it was restarted for them. */
async function applied(context: WalkContext, baseline: Baseline, isProven: boolean): Promise<Restarts> {
  if (!isProven) {
    await applyEach(context, baseline, undefined)
    return 'each stage'
  }
  const rehearsed = await rehearseAll(context, baseline)
  if ('why' in rehearsed)
    throw new Refusal(`no clone of this host can be made: ${rehearsed.why}`, 'Nothing was changed.')
  requireHeld(rehearsed.ends, context.options.stages)
  if (context.options.once || context.subject.stopped) {
    await applyRehearsed(context, baseline, rehearsed)
    return 'once'
  }
  await applyEach(context, baseline, rehearsed)
  return 'each stage'
}

/** Applies exactly a plan, by the transaction of the walk. */
export function applyProcedure(given: Plan, rehearse: Rehearse): Procedure {
  return async (beginning) => {
    await makeReady(beginning)
    const here = await hereOf(beginning, given)
    const { plan } = knownHere(given, here)
    const stages = openStages(plan, here)
    if (stages.length === 0) {
      beginning.dispatch({ type: 'phase', phase: { at: 'looking', what: 'Reading', notes: [IN_FORCE] } })
      return { end: 'done' }
    }
    requireSameUnit(plan, here)
    if (rehearse === 'never') requireSameVersions(plan, here, '--no-rehearsal')
    await askAboutDragged(beginning)
    const planned: WalkBeginning = {
      ...beginning,
      options: { ...beginning.options, stages },
      begin: (stage, facts) => plannedWork(plan, stage, facts),
    }
    const { context, baseline } = await readied(planned, await baselinePhase(planned))
    const isProven = requireProvable(context, plan, here, rehearse)
    const restarts = await bringLive(context, baseline, applied(context, baseline, isProven))
    const checked = await checkedAtLast(context, baseline, restarts)
    await finish(context, baseline, checked)
    return checked.healthy ? 'healthy' : 'unhealthy'
  }
}
