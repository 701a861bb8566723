import type { Stage } from '../../catalog/common/types.ts'
import { overallExposure } from '../../systemd/exposure/security.ts'
import type { Baseline } from '../../trial/health/baseline.ts'
import { learnLive } from '../learning/live-learning.ts'
import { setVerdict } from '../proof/proven.ts'
import type { Rehearsal } from '../proof/rehearsal.ts'
import { StageProving } from '../proof/stage-proving.ts'
import { NO_PROOFS, type Proofs, refusedUnder } from '../proof/verdicts.ts'
import type { WalkContext } from '../walk/context.ts'
import { takeBackLate } from '../walk/last-check.ts'
import { keysKept, type StageResult } from '../walk/state.ts'
import type { Ahead, Coming } from './ahead.ts'
import { applyToTarget, awaitProof, keepInClone, type Next, targetOf } from './apply-stage.ts'
import { withLeftOut } from './asked-rows.ts'
import { afterFailure } from './failure.ts'
import type { TriedLive } from './live-bisect.ts'
import { lookAt } from './look.ts'
import { isSameOffer } from './same-offer.ts'
import { choose, confirm, shown } from './stage-choice.ts'
import { rehearsedNote } from './stage-trial.ts'
import type { StageWork } from './stage-work.ts'
import type { StandIn } from './stand-in.ts'

/** A stage at its end. */
export interface StageEnd {
  result: StageResult
  /** Its rows, and what the clones said of them; absent for a stage that was not asked for. */
  last?: { work: StageWork; proofs: Proofs }
}

/** What goes with a walk from stage to stage. */
export interface Company {
  /** Proves the next stage meanwhile; absent where the walk does not. */
  ahead?: Ahead
  /** The clone that stands in for the host; absent where the stages are applied to the live host. */
  standIn?: StandIn
  /** Hears of each stage when it has ended. */
  ended?: (end: StageEnd) => void
}

interface Way extends Company {
  /** What was proven of this stage before. */
  coming: Coming | undefined
}

/** The proofs of a stage: those that were begun ahead, if the stage is as it was expected there. */
async function open(
  context: WalkContext,
  baseline: Baseline,
  work: StageWork,
  { ahead, standIn, coming }: Way,
): Promise<StageProving> {
  const isExpected = coming !== undefined && isSameOffer(coming.begun, work)
  if (coming !== undefined && !isExpected) await coming.proving.pause()
  const changed = () => {
    context.dispatch({ type: 'rows', ...shown(proving) })
    ahead?.follow(context, baseline, proving)
  }
  const proving: StageProving = isExpected
    ? coming.proving
    : new StageProving(context, baseline, work, () => changed(), lent(context, baseline, work, standIn))
  if (isExpected) proving.arrive(context, work, coming.begun, changed)
  return proving
}

/** The clone that stands in, to be asked itself; one in which a oneshot ran could show nothing of the next stage. */
function lent(
  context: WalkContext,
  baseline: Baseline,
  work: StageWork,
  standIn: StandIn | undefined,
): Rehearsal | undefined {
  return baseline.oneshot === undefined ? standIn?.lend(context, work.facts, baseline) : undefined
}

/** One proposal of the person's, from its proof in clones to its result on the target. */
async function tryStage(
  context: WalkContext,
  proving: StageProving,
  baseline: Baseline,
  { before, tried, standIn }: { before: number; tried: TriedLive; standIn: StandIn | undefined },
): Promise<StageResult | Next | 'look again'> {
  const stage = proving.work.stage
  const { timings } = context
  const verdict = await timings.during(`proofs: ${stage}`, () => awaitProof(context, proving))
  const { work } = proving
  let rehearsal = rehearsedNote(context, proving.set, verdict)
  if (verdict?.holds === false) {
    const answer = await afterFailure(context, work, { ...verdict, mayInsist: context.host === context.live })
    const note = 'broke in the rehearsal; the live service was not touched'
    if (answer !== 'insist') return { go: answer === 'search' ? work : answer, note }
    rehearsal = `tried because you insisted, though it broke in a clone: ${verdict.reason}`
  }
  const held = standIn && baseline.oneshot === undefined ? proving.handOver() : undefined
  await proving.pause()
  // An earlier stage broke the service and was undone: this stage was proven on top of it.
  if (await takeBackLate(context, baseline)) return 'look again'
  const { differs } = proving
  const target = { before, rehearsal, proven: verdict?.holds === true, differs, facts: work.facts }
  const part = context.host.isClone
    ? (`trial in the clone: ${stage}` as const)
    : (`live trial: ${stage}` as const)
  if (standIn && held) {
    await standIn.take(held)
    return timings.during(part, () => keepInClone(context, work, baseline, held, target))
  }
  await standIn?.settle(context, baseline)
  return timings.during(part, () => applyToTarget(context, work, baseline, target, tried))
}

/** What a stage came to. */
interface Ended extends StageEnd {
  /** The person wants no further stage. */
  stop?: true
}

/** The stage ended, or starts again with the person's choices kept. */
type Walked = Ended | { lookAgain: StageWork }

/** Lets the person choose and try until the stage is kept or left, or its facts have changed. */
async function walkChoices(
  context: WalkContext,
  baseline: Baseline,
  work: StageWork,
  way: Way,
): Promise<Walked> {
  const before = await exposureNow(context)
  const proving = await open(context, baseline, work, way)
  const ended = (result: StageResult): Ended => ({
    result: withLeftOut(result, proving.work, context.options.asked),
    last: { work: proving.work, proofs: proving.proofs },
  })
  const left = (then: 'skip' | 'stop', note?: string): Ended => ({
    ...ended(
      untouched(work.stage, before, 'skipped', {
        ...(note === undefined ? {} : { note }),
        // A stage whose rows all broke in clones has no tick left.
        ...(note !== undefined || proving.work.broken.size > 0 ? { skippedAs: 'missed' } : {}),
      }),
    ),
    ...(then === 'stop' ? { stop: true } : {}),
  })
  const tried: TriedLive = new Map()
  try {
    for (;;) {
      proving.begin()
      const choice = await choose(context, proving, before)
      if (choice === 'skip' || choice === 'stop') return left(choice)
      if (choice === 'learn') {
        await proving.pause()
        await context.timings.during('live learning', () => learnLive(context, baseline, proving.work))
        return { lookAgain: proving.work }
      }
      proving.freeze()
      if (!(await confirm(context, proving))) continue
      const came = await tryStage(context, proving, baseline, { before, tried, standIn: way.standIn })
      if (came === 'look again') return { lookAgain: proving.work }
      if ('outcome' in came) {
        if (came.kept.length > 0)
          context.learning.complained(refusedUnder(setVerdict(proving.work, proving.proofs)))
        return ended(came)
      }
      const { go, note } = came
      if (go === 'skip' || go === 'stop') return left(go, note)
      context.dispatch({ type: 'target', target: targetOf(context) })
      proving.change(() => go)
    }
  } finally {
    await proving.pause()
  }
}

async function exposureNow({ host, subject }: WalkContext): Promise<number> {
  return (await overallExposure(host, subject.unit)) ?? 0
}

/** The result of a stage of which nothing was kept. */
function untouched(
  stage: Stage,
  before: number,
  outcome: 'skipped' | 'nothing',
  why: Pick<StageResult, 'note' | 'skippedAs'> = {},
): StageResult {
  return { stage, outcome, before, after: before, kept: [], ...why }
}

/** Why none of a stage's rows can be set. */
function whyNothing({ proposals }: StageWork): string {
  const reasons = proposals.flatMap(({ directive, result }) =>
    result.kind === 'unfit' ? [`${directive.key}: ${result.why}`] : [],
  )
  return reasons.join(' ') || 'all its rows are in force already'
}

const NOT_ASKED_FOR = { note: 'not asked for', skippedAs: 'unasked' } as const

async function walkedStage(
  context: WalkContext,
  stage: Stage,
  baseline: Baseline,
  company: Company,
): Promise<Ended> {
  const { ahead, standIn } = company
  if (!context.options.stages.includes(stage)) {
    // The stage before may have left a clone in which nothing runs, and so has no exposure.
    await standIn?.settle(context, baseline)
    return { result: untouched(stage, await exposureNow(context), 'skipped', NOT_ASKED_FOR) }
  }
  let chosen: StageWork | undefined
  let coming = await ahead?.arrive(context, stage)
  for (;;) {
    await standIn?.settle(context, baseline)
    const look = () => lookAt(context, stage, baseline, chosen)
    const work = await context.timings.during('look', look)
    if (work.current.size === 0) {
      await coming?.proving.pause()
      const result = untouched(stage, await exposureNow(context), 'nothing', { note: whyNothing(work) })
      const last = { work, proofs: NO_PROOFS }
      return { result: withLeftOut(result, work, context.options.asked), last }
    }
    const walked = await walkChoices(context, baseline, work, { ...company, coming })
    coming = undefined
    if ('result' in walked) {
      context.reachLog.ended(work, keysKept(walked.result))
      return walked
    }
    chosen = walked.lookAgain
  }
}

/** One stage from its list to its verdict. 'stop' when the person wants no further stage. */
export async function walkStage(
  context: WalkContext,
  stage: Stage,
  baseline: Baseline,
  company: Company = {},
): Promise<'next' | 'stop'> {
  const { stop, ...end } = await walkedStage(context, stage, baseline, company)
  const { result } = end
  company.ended?.(end)
  context.dispatch({ type: 'exposure', now: result.after })
  context.dispatch({ type: 'finished', result })
  return stop ? 'stop' : 'next'
}
