import { STAGES } from '../../catalog/common/types.ts'
import { Bug } from '../../host/errors.ts'
import { observe } from '../../observe/observe.ts'
import { unlikeHost } from '../../rehearsal/compare/unlike-host.ts'
import type { Baseline } from '../../trial/health/baseline.ts'
import { AbortedTrial } from '../../trial/transaction/transaction.ts'
import { bootStage } from '../proof/clone-pool.ts'
import { type StageEnd, walkStage } from '../stage/stage-phase.ts'
import { StandIn } from '../stage/stand-in.ts'
import type { WalkContext } from './context.ts'
import { PendingChange, type PendingStages } from './pending-change.ts'

/** The walk in a clone of the host: its saved state belongs to that walk alone. */
function standingIn(context: WalkContext, standIn: StandIn, pendingChange: PendingChange): WalkContext {
  return {
    ...context,
    // Another clone may stand in later.
    get host() {
      return standIn.host
    },
    pendingChange,
    store: context.store.inMemory(),
    options: { ...context.options, keepSeconds: 0 },
  }
}

/** What the stages came to in a clone. */
interface AllRehearsed {
  /** Undefined where none of them was kept there. */
  stages: PendingStages | undefined
  ends: StageEnd[]
  /** What is not in the clone as on the live host, in sentences. */
  differs: string[]
}

/**
 * Walks the five stages in a clone that stands in for the host; the live service is not touched. If no clone can be made,
 * returns why.
 */
export async function rehearseAll(
  context: WalkContext,
  baseline: Baseline,
): Promise<AllRehearsed | { why: string }> {
  const { live, subject, dispatch } = context
  dispatch({
    type: 'phase',
    phase: { at: 'looking', what: 'Booting the clone for the rehearsal' },
  })
  const facts = await observe(live, subject.unit)
  const boot = () => bootStage(context, facts, baseline)
  const booted = await context.timings.during('boot of clones', boot)
  if (!('clone' in booted)) return booted
  const standIn = new StandIn(booted)
  const pendingChange = new PendingChange()
  const inner = standingIn(context, standIn, pendingChange)
  const ends: StageEnd[] = []
  const ended = (end: StageEnd) => void ends.push(end)
  try {
    dispatch({ type: 'target', target: 'rehearsal' })
    for (const stage of STAGES) {
      if ((await walkStage(inner, stage, baseline, { standIn, ended })) === 'stop') break
    }
  } catch (error) {
    // The person only cares that the live service was not touched.
    if (error instanceof AbortedTrial) throw context.signal.reason
    throw error instanceof Bug ? error.cause : error
  } finally {
    dispatch({ type: 'target', target: 'live' })
    await standIn.dispose()
  }
  return { stages: pendingChange.stages, ends, differs: [...unlikeHost(facts), ...standIn.notes] }
}
