import { STAGES } from '../../catalog/common/types.ts'
import { Bug, orElse } from '../../host/errors.ts'
import type { Facts } from '../../observe/facts.ts'
import { unlikeHost } from '../../rehearsal/compare/unlike-host.ts'
import type { Baseline } from '../../trial/health/baseline.ts'
import { AbortedTrial } from '../../trial/transaction/transaction.ts'
import { bootStage, type NoRehearsal } from '../proof/clone-pool.ts'
import { putOff } from '../proof/control.ts'
import { openRehearsal, type Rehearsal } from '../proof/rehearsal.ts'
import { jobFor } from '../proof/verdicts.ts'
import { type StageEnd, walkStage } from '../stage/stage-phase.ts'
import { StandIn } from '../stage/stand-in.ts'
import type { WalkContext } from './context.ts'
import { lookLive } from './look-live.ts'
import { PendingChange, type PendingStages } from './pending-change.ts'
import type { WalkEvent } from './reducer.ts'

/** What the screens say of a change that rehearseAll() has proven. */
export const STAGE_BY_STAGE = 'rehearsed first in a clone, stage by stage'

/** What the stages came to in a clone, one on top of the other. */
export interface AllRehearsed {
  /** Undefined where none of them was kept there. */
  stages: PendingStages | undefined
  ends: readonly StageEnd[]
  /** What is not in a clone as on the live host, in sentences. */
  differs: readonly string[]
}

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

/** Walks the stages in a clone. `beforeLast` is called when the last one begins. */
async function walkInClone(
  context: WalkContext,
  facts: Facts,
  baseline: Baseline,
  beforeLast: () => void = () => undefined,
): Promise<AllRehearsed | NoRehearsal> {
  const boot = () => bootStage(context, facts, baseline)
  const booted = await context.timings.during('boot of clones', boot)
  if (!('clone' in booted)) return booted
  const standIn = new StandIn(booted)
  const pendingChange = new PendingChange()
  const inner = standingIn(context, standIn, pendingChange)
  const ends: StageEnd[] = []
  const ended = (end: StageEnd) => void ends.push(end)
  try {
    context.dispatch({ type: 'target', target: 'rehearsal' })
    for (const stage of STAGES) {
      if (stage === STAGES.at(-1)) beforeLast()
      if ((await walkStage(inner, stage, baseline, { standIn, ended })) === 'stop') break
    }
  } catch (error) {
    // The person only cares that the live service was not touched.
    if (error instanceof AbortedTrial) throw context.signal.reason
    throw error instanceof Bug ? error.cause : error
  } finally {
    context.dispatch({ type: 'target', target: 'live' })
    await standIn.dispose()
  }
  return { stages: pendingChange.stages, ends, differs: [...unlikeHost(facts), ...standIn.notes] }
}

/** Why all stages together do not hold through a whole life; undefined if they do. */
async function problemOf(
  { stages }: AllRehearsed,
  closing: Rehearsal | NoRehearsal,
): Promise<string | undefined> {
  if (stages === undefined) return undefined
  if ('why' in closing) return closing.why
  const { verdict } = await closing.ask('all', jobFor('whole', stages.change), () => undefined)
  if (verdict.holds === true) return undefined
  return verdict.holds === false ? verdict.reason : verdict.why
}

/**
 * The stages, each rehearsed through a start only, and then all of them through a whole life in a fresh clone: they
 * mostly hold, and a reload, a stop and a start are played once instead of for each stage. undefined where they do not
 * hold; the walk then has to play a whole life for each stage, to find out which.
 */
async function walkBriefly(
  context: WalkContext,
  facts: Facts,
  baseline: Baseline,
): Promise<AllRehearsed | NoRehearsal | undefined> {
  const { rehearsing, timings, dispatch, learning } = context
  if (rehearsing?.possible !== true) return undefined
  // Results count once it is known that they hold together.
  const results: WalkEvent[] = []
  const brief: WalkContext = {
    ...context,
    rehearsing: { ...rehearsing, control: putOff(rehearsing.control) },
    learning: learning.copy(),
    dispatch: (event) =>
      event.type === 'finished' || event.type === 'exposure' ? results.push(event) : dispatch(event),
  }
  let closing: Promise<Rehearsal | NoRehearsal> | undefined
  const open = () => {
    closing = timings.beside('boots', () => openRehearsal(context, facts, baseline))
    // Whoever waits for it hears of it, later.
    closing.catch(() => undefined)
  }
  try {
    const walked = await walkInClone(brief, facts, baseline, open)
    if ('why' in walked || closing === undefined) return walked
    const what = 'Playing a reload, a stop and a start with all stages in a fresh clone'
    dispatch({ type: 'phase', phase: { at: 'looking', what } })
    const opened = await closing
    const problem = await timings.during('proofs: all', () => problemOf(walked, opened))
    if (problem === undefined) {
      learning.take(brief.learning)
      for (const event of results) dispatch(event)
      return walked
    }
    const again = `Rehearsing the stages once more, each through a whole life: ${problem}`
    dispatch({
      type: 'phase',
      phase: { at: 'looking', what: 'Booting the clone for the rehearsal', notes: [again] },
    })
    return undefined
  } finally {
    const opened = await closing?.catch(orElse(undefined))
    if (opened !== undefined && 'dispose' in opened) await opened.dispose()
  }
}

/**
 * Walks the five stages in a clone of the host. Returns why that can't be done where no clone can be made. Where nobody
 * reads the proof of each stage, a whole life is played once, for all of them.
 */
export async function rehearseAll(
  context: WalkContext,
  baseline: Baseline,
): Promise<AllRehearsed | NoRehearsal> {
  context.dispatch({ type: 'phase', phase: { at: 'looking', what: 'Booting the clone for the rehearsal' } })
  const facts = await lookLive(context)
  const isBrief = !context.isSeen && baseline.oneshot === undefined
  const briefly = isBrief ? await walkBriefly(context, facts, baseline) : undefined
  return briefly ?? walkInClone(context, facts, baseline)
}
