import type { Stage } from '../../catalog/common/types.ts'
import type { Facts, Given } from '../../observe/facts.ts'
import { observe } from '../../observe/observe.ts'
import { readSurroundings } from '../../observe/surroundings.ts'
import { isLive } from '../../observe/trace/logged-calls.ts'
import { overallExposure } from '../../systemd/exposure/security.ts'
import type { Baseline } from '../../trial/health/baseline.ts'
import { learnAgain } from '../learning/learning-phase.ts'
import { learnLive } from '../learning/live-learning.ts'
import { mergeLiveFacts } from '../learning/merge-live-facts.ts'
import { controlOf } from '../proof/control.ts'
import { StageProving } from '../proof/stage-proving.ts'
import type { WalkContext } from '../walk/context.ts'
import { takeBackLate } from '../walk/last-check.ts'
import type { StageResult } from '../walk/state.ts'
import { applyToTarget, awaitProof, type Next, targetOf } from './apply-stage.ts'
import { afterFailure } from './failure.ts'
import type { TriedLive } from './live-bisect.ts'
import { choose, confirm, shown } from './stage-choice.ts'
import { rehearsedNote } from './stage-trial.ts'
import { asChosen, beginStage, type StageWork, toAlternative } from './stage-work.ts'

/** The stage for the present facts, with the person's earlier choices. */
async function lookAt(
  context: WalkContext,
  stage: Stage,
  baseline: Baseline,
  chosen: StageWork | undefined,
): Promise<StageWork> {
  // A filter must allow the calls that the service makes now, with its account and its limits.
  if (stage === 'syscalls') await learnAgain(context, baseline)
  context.dispatch({ type: 'phase', phase: { at: 'looking', what: 'Reading what the service does now' } })
  const { host, live, subject, learning } = context
  const here = await observe(host, subject.unit)
  const there = host === live ? here : await observe(live, subject.unit)
  const facts = host === live ? here : mergeLiveFacts(here, there)
  const { facts: learned } = learning
  const seen = learned === undefined ? facts : { ...facts, learned }
  const given = givenTo(context, baseline, seen)
  const around = await readSurroundings({ host, facts: here }, { host: live, facts: there }, seen)
  const offered = beginStage(stage, { ...seen, given, ...around })
  const work = context.options.exactCalls ? toAlternative(offered, 'SystemCallFilter') : offered
  return chosen === undefined ? work : asChosen(work, chosen)
}

/** What the walk plays of the service's uses. */
function givenTo({ options, rehearsing }: WalkContext, { answers }: Baseline, { learned }: Facts): Given {
  const live = learned?.phases.some((phase) => isLive({ phase })) === true
  const exercised = answers.some(({ check }) => check.kind === 'exercise') || live
  // A mail that is only taken tells nothing of what happens to it.
  const whole = controlOf(rehearsing).full.filter(({ done }) => done !== 'taken')
  const full = whole.map(({ protocol }) => protocol)
  return { level: options.level, asked: answers.length + full.length > 0, exercised, full }
}

function open(context: WalkContext, baseline: Baseline, work: StageWork): StageProving {
  const proving: StageProving = new StageProving(context, baseline, work, () => {
    context.dispatch({ type: 'rows', ...shown(proving) })
  })
  return proving
}

/** One proposal of the person's, from its proof in clones to its result on the target. */
async function tryStage(
  context: WalkContext,
  proving: StageProving,
  baseline: Baseline,
  before: number,
  tried: TriedLive,
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
  await proving.pause()
  // An earlier stage broke the service and was undone: this stage was proven on top of it.
  if (await takeBackLate(context, baseline)) return 'look again'
  const { differs } = proving
  const target = { before, rehearsal, proven: verdict?.holds === true, differs, facts: work.facts }
  const part = context.host.isClone
    ? (`trial in the clone: ${stage}` as const)
    : (`live trial: ${stage}` as const)
  return timings.during(part, () => applyToTarget(context, work, baseline, target, tried))
}

/** What a stage came to. */
interface Ended {
  result: StageResult
  /** The person wants no further stage. */
  stop?: true
}

/** The stage ended, or starts again with the person's choices kept. */
type Walked = Ended | { lookAgain: StageWork }

/** Lets the person choose and try until the stage is kept or left, or its facts have changed. */
async function walkChoices(context: WalkContext, baseline: Baseline, work: StageWork): Promise<Walked> {
  const before = await exposureNow(context)
  const left = (then: 'skip' | 'stop', note?: string): Ended => ({
    result: untouched(work.stage, before, 'skipped', note),
    ...(then === 'stop' ? { stop: true } : {}),
  })
  const proving = open(context, baseline, work)
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
      const came = await tryStage(context, proving, baseline, before, tried)
      if (came === 'look again') return { lookAgain: proving.work }
      if ('outcome' in came) return { result: came }
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
function untouched(stage: Stage, before: number, outcome: 'skipped' | 'nothing', note?: string): StageResult {
  return { stage, outcome, before, after: before, kept: [], ...(note === undefined ? {} : { note }) }
}

async function walkedStage(context: WalkContext, stage: Stage, baseline: Baseline): Promise<Ended> {
  if (!context.options.stages.includes(stage))
    return { result: untouched(stage, await exposureNow(context), 'skipped', 'not asked for') }
  let chosen: StageWork | undefined
  for (;;) {
    const look = () => lookAt(context, stage, baseline, chosen)
    const work = await context.timings.during('look', look)
    if (work.current.size === 0) return { result: untouched(stage, await exposureNow(context), 'nothing') }
    const walked = await walkChoices(context, baseline, work)
    if ('result' in walked) {
      context.reachLog.ended(work, new Set(walked.result.kept.map((line) => line.split('=')[0] ?? '')))
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
): Promise<'next' | 'stop'> {
  const { result, stop } = await walkedStage(context, stage, baseline)
  context.dispatch({ type: 'exposure', now: result.after })
  context.dispatch({ type: 'finished', result })
  return stop ? 'stop' : 'next'
}
