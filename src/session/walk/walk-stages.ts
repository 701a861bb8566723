import { STAGES, type Stage, titleOf } from '../../catalog/common/types.ts'
import type { Baseline } from '../../trial/health/baseline.ts'
import { followEarly, learningPhase } from '../learning/learning-phase.ts'
import { learnLive } from '../learning/live-learning.ts'
import { rehearsalPhase } from '../proof/rehearsal-phase.ts'
import { Ahead } from '../stage/ahead.ts'
import { walkStage } from '../stage/stage-phase.ts'
import type { FoundBaseline } from './baseline-phase.ts'
import type { Rehearsing, WalkBeginning, WalkContext } from './context.ts'
import { type Finished, lastCheck, takeBackLate } from './last-check.ts'
import { walkOnce } from './once.ts'
import { Refusal } from './refusal.ts'
import { unstartable } from './start-in-clone.ts'
import type { Restarts } from './state.ts'
import { requireStaysUp } from './stays-up.ts'

/** Finds out whether clones can prove anything, and follows the service in one of them meanwhile. */
export async function readied(
  before: WalkBeginning,
  { baseline: found, seen }: Pick<FoundBaseline, 'baseline' | 'seen'>,
): Promise<{ context: WalkContext; baseline: Baseline }> {
  const beginning: WalkBeginning = seen === undefined ? before : { ...before, seen }
  const early = followEarly(beginning, found)
  try {
    const { rehearsing, baseline } = await rehearsalPhase(beginning, found)
    requireRuns(beginning, rehearsing)
    // What clones showed counts for an undo of later, too.
    if (baseline !== found) await beginning.store.save({ baseline })
    const context = { ...beginning, rehearsing }
    await learningPhase(context, baseline, early)
    // It has been looked at for long enough by now that one which ends by itself has done so.
    if (!beginning.subject.oneshot) await requireStaysUp(beginning.live, beginning.subject.unit)
    return { context, baseline }
  } finally {
    // No clone outlives the walk.
    await early
  }
}

/** The runs in clones are all that is known of a unit that does not run: without them nothing could be proven. */
function requireRuns(
  { subject: { unit, oneshot, stopped } }: WalkBeginning,
  rehearsing: Rehearsing | undefined,
): void {
  if ((!oneshot && !stopped) || rehearsing?.possible === true) return
  const why = rehearsing?.why ?? 'no clones are wanted'
  if (stopped) throw unstartable(unit, why)
  throw new Refusal(
    `${unit} does its work and ends, and no clone can run it: ${why}`,
    'Nothing was changed: without a run in a clone nothing shows what it needs.',
  )
}

/** Walks the stages in the chosen way; returns the way that was taken, since not every host can be cloned. */
export async function walkStages(
  context: WalkContext,
  baseline: Baseline,
  chosen: Restarts,
): Promise<Restarts> {
  if (chosen === 'once') {
    const { rehearsing } = context
    const why = rehearsing?.possible === false ? rehearsing.why : await walkOnce(context, baseline)
    if (why === undefined) return 'once'
    throw new Refusal(
      `no clone of this host can be made: ${why}`,
      'Without --once hardenctl tries each stage live.',
    )
  }
  await walkEach(context, baseline, STAGES)
  return 'each stage'
}

async function walkEach(context: WalkContext, baseline: Baseline, stages: readonly Stage[]): Promise<void> {
  const ahead = new Ahead(stages)
  // A clone in which a oneshot has run with this stage can't show anything of the next one.
  const company = baseline.oneshot === undefined ? { ahead } : {}
  try {
    for (const stage of stages) {
      await takeBackLate(context, baseline)
      if (stage === 'syscalls' && context.options.learnLive !== undefined)
        await context.timings.during('live learning', () => learnLive(context, baseline))
      if ((await walkStage(context, stage, baseline, company)) === 'stop') break
    }
  } finally {
    await ahead.drop()
  }
}

/**
 * The last check. A stage that breaks the service late takes the stages after it along, though they were proven on top of
 * it: they are walked once more without it, and all is checked again.
 */
export async function checkedAtLast(
  context: WalkContext,
  baseline: Baseline,
  restarts: Restarts,
): Promise<Omit<Finished, 'innocent'>> {
  const check = () => context.timings.during('last check', () => lastCheck(context, baseline, restarts))
  const { innocent, ...first } = await check()
  if (innocent.length === 0 || restarts === 'once') return first
  await walkEach(context, baseline, innocent)
  const { healthy, notes, ran } = await check()
  const again = `Walked once more without it: ${innocent.map(titleOf).join(', ')}`
  return { healthy, ran, notes: [...first.notes, again, ...notes] }
}
