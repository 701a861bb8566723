import type { Stage } from '../../catalog/common/types.ts'
import { stageNotes } from '../../catalog/index.ts'
import { observe } from '../../observe/observe.ts'
import { overallExposure } from '../../systemd/exposure/security.ts'
import { renderDropIn } from '../../systemd/settings/drop-in.ts'
import type { Baseline } from '../../trial/health/baseline.ts'
import { attempt } from '../../trial/transaction/transaction.ts'
import { learnAgain } from '../learning/learning-phase.ts'
import { learnable, learnLive } from '../learning/live-learning.ts'
import { mergeLiveFacts } from '../learning/merge-live-facts.ts'
import { changeKey, rowProof, type Verdict } from '../proof/proof-plan.ts'
import { StageProving } from '../proof/stage-proving.ts'
import type { WalkContext } from '../walk/context.ts'
import { takeBackLate } from '../walk/last-check.ts'
import { ANSWERS } from '../walk/questions.ts'
import type { Intent, StagePhase, StageResult } from '../walk/state.ts'
import { afterFailure, diagnosisOf } from './failure.ts'
import { mostTrials, searchLive, type TriedLive } from './live-bisect.ts'
import { loginWanted, nobodyLogsIn } from './remote-login.ts'
import { keepOrUndo, rehearsedNote, requireBack, type TrialTarget, withDifference } from './stage-trial.ts'
import {
  asChosen,
  beginStage,
  changeOf,
  predicted,
  rowsOf,
  type StageWork,
  tickAll,
  toAlternative,
  toggle,
} from './stage-work.ts'
import { trialContext } from './trial-context.ts'

type Outcome = 'next' | 'stop'

/** What this stage would be at work on now. */
async function lookAnew(context: WalkContext, stage: Stage, baseline: Baseline): Promise<StageWork> {
  // What it calls by now, with its account and its limits, is what a filter has to let through.
  if (stage === 'syscalls') await learnAgain(context, baseline)
  context.dispatch({ type: 'phase', phase: { at: 'looking', what: 'Reading what the service does now' } })
  const { host, live, subject, learning } = context
  const here = await observe(host, subject.unit)
  const facts = host === live ? here : mergeLiveFacts(here, await observe(live, subject.unit))
  const { facts: learned } = learning
  const work = beginStage(stage, learned === undefined ? facts : { ...facts, learned })
  return context.options.exactCalls ? toAlternative(work, 'SystemCallFilter') : work
}

/** What the list shows by now. */
function shown(proving: StageProving): Pick<StagePhase, 'rows' | 'predicted' | 'set' | 'proving'> {
  const { work, proofs } = proving
  const rows = proving.wanted ? rowsOf(work, (id) => rowProof(work, proofs, id)) : rowsOf(work)
  return { rows, predicted: predicted(work), set: proving.set, proving: proving.proving }
}

/** The stage after the person touched a row. */
function edited(
  work: StageWork,
  intent: Extract<Intent, { do: 'toggle' | 'other-way' | 'toggle-all' }>,
): StageWork {
  if (intent.do === 'toggle-all') return tickAll(work, intent.ticked)
  return intent.do === 'toggle' ? toggle(work, intent.id) : toAlternative(work, intent.id)
}

type Choice = 'review' | 'skip' | 'stop' | 'learn'

/** Lets the person choose rows until they want to see the drop-in, or to go elsewhere. */
async function choose(context: WalkContext, proving: StageProving, before: number): Promise<Choice> {
  const { stage, facts } = proving.work
  const { why, live = [] } = context.learning
  const notes = [
    ...stageNotes(stage, facts),
    ...(why === undefined ? [] : [`Not followed with strace: ${why}.`]),
    ...live,
  ]
  const phase = { at: 'stage', stage, notes, before, ...learnable(context, stage) } as const
  for (;;) {
    const intent = await context.ask({ ...phase, ...shown(proving) }, ANSWERS.stage)
    if (intent === undefined || intent.do === 'stop') return 'stop'
    if (intent.do === 'skip-stage') return 'skip'
    if (intent.do === 'learn') return 'learn'
    if (intent.do === 'review') return proving.work.ticked.size > 0 ? 'review' : 'skip'
    proving.change((work) => edited(work, intent))
  }
}

/** Shows exactly what will be written, and what clones say of it; true when it shall be. */
async function confirm(context: WalkContext, proving: StageProving): Promise<boolean> {
  const { work } = proving
  const { assignments, ownership } = changeOf(work)
  const dropIn = renderDropIn([], [{ comment: [], assignments }]).trim()
  const warnings = [...work.ticked].flatMap((id) => work.current.get(id)?.caution ?? [])
  const target = context.host === context.live ? 'live' : 'rehearsal'
  const { stage } = work
  const said = { dropIn, ownership: [...ownership], rehearsal: proving.set, warnings }
  return (await context.ask({ at: 'confirm', stage, target, ...said }, ANSWERS.confirm))?.do === 'apply'
}

/** Waits for the verdict on the ticked set, and shows its steps meanwhile. */
async function awaitProof(context: WalkContext, proving: StageProving): Promise<Verdict | undefined> {
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

interface Next {
  /** The stage as the person wants it now, or that they want it no more. */
  go: StageWork | 'skip' | 'stop'
  note?: string
}

/** Tries the stage on the machine that it lands on; its result, or what to do after it failed. */
async function land(
  context: WalkContext,
  work: StageWork,
  baseline: Baseline,
  landing: TrialTarget,
  tried: TriedLive,
): Promise<StageResult | Next> {
  const { dispatch, host } = context
  const { stage } = work
  const unseen = nobodyLogsIn(context, loginWanted(context, work.facts))
  if (unseen !== undefined) return { go: 'skip', note: unseen }
  const trials = trialContext(context, work.facts, baseline)
  const deadline = Date.now() + trials.deadManSeconds * 1000
  dispatch({ type: 'target', target: host === context.live ? 'live' : 'rehearsal' })
  const timed = host === context.live ? { deadline } : {}
  dispatch({ type: 'phase', phase: { at: 'trial', doing: 'try', stage, steps: [], ...timed } })
  const result = await attempt(trials, stage, changeOf(work))
  if (result.healthy) return keepOrUndo(context, trials, { stage, change: changeOf(work) }, result, landing)
  const failed = withDifference(result, landing)
  requireBack(failed.reasons[0]?.text ?? 'it broke', failed.undone, context)
  const diagnosis = await diagnosisOf(host, work.facts, failed)
  const undone = failed.undone.lines
  tried.set(changeKey(changeOf(work)), false)
  // What failed before its restart, as a line that systemd does not take, no restart can find: it names itself.
  const maySearch = host === context.live && work.ticked.size > 1 && result.report !== undefined
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

/** One proposal of the person's, from the screen that shows it to its verdict. */
async function tryStage(
  context: WalkContext,
  proving: StageProving,
  baseline: Baseline,
  before: number,
  tried: TriedLive,
): Promise<StageResult | Next | 'anew'> {
  const verdict = await awaitProof(context, proving)
  const { work } = proving
  let rehearsal = rehearsedNote(context, proving.set, verdict)
  if (verdict?.holds === false) {
    const answer = await afterFailure(context, work, { ...verdict, mayInsist: context.host === context.live })
    const note = 'broke in the rehearsal; the live service was not touched'
    if (answer !== 'insist') return { go: answer === 'search' ? work : answer, note }
    rehearsal = `tried at the administrator’s wish, though in a clone it broke: ${verdict.reason}`
  }
  await proving.pause()
  // An earlier stage broke the service meanwhile: this one was proven upon what is no longer there.
  if (await takeBackLate(context, baseline)) return 'anew'
  const { differs } = proving
  const landing = { before, rehearsal, proven: verdict?.holds === true, differs, facts: work.facts }
  return land(context, work, baseline, landing, tried)
}

/**
 * One stage from its list to its verdict. 'stop' when the person wants no further stage. `chosen` is the stage as the
 * person had it before it was to be looked at anew.
 */
export async function walkStage(
  context: WalkContext,
  stage: Stage,
  baseline: Baseline,
  chosen?: StageWork,
): Promise<Outcome> {
  const { dispatch, host, subject } = context
  const before = (await overallExposure(host, subject.unit)) ?? 0
  const unchanged = { stage, before, after: before, kept: [] }
  const finished = (result: StageResult, outcome: Outcome): Outcome => {
    dispatch({ type: 'exposure', now: result.after })
    dispatch({ type: 'finished', result })
    return outcome
  }
  const left = (then: 'skip' | 'stop', note?: string): Outcome => {
    const result = { ...unchanged, outcome: 'skipped' as const, ...(note === undefined ? {} : { note }) }
    return finished(result, then === 'stop' ? 'stop' : 'next')
  }
  if (!context.options.stages.includes(stage)) return left('skip', 'not asked for')
  const looked = await lookAnew(context, stage, baseline)
  const work = chosen === undefined ? looked : asChosen(looked, chosen)
  if (work.current.size === 0) return finished({ ...unchanged, outcome: 'nothing' }, 'next')
  const proving = open(context, baseline, work)
  const tried: TriedLive = new Map()
  try {
    for (;;) {
      proving.begin()
      const choice = await choose(context, proving, before)
      if (choice === 'learn') {
        await proving.pause()
        await learnLive(context, baseline, proving.work)
        return await walkStage(context, stage, baseline, proving.work)
      }
      if (choice !== 'review') return left(choice)
      proving.freeze()
      if (!(await confirm(context, proving))) continue
      const result = await tryStage(context, proving, baseline, before, tried)
      if (result === 'anew') return await walkStage(context, stage, baseline, proving.work)
      if ('outcome' in result) return finished(result, 'next')
      const { go, note } = result
      if (go === 'skip' || go === 'stop') return left(go, note)
      dispatch({ type: 'target', target: host === context.live ? 'live' : 'rehearsal' })
      proving.change(() => go)
    }
  } finally {
    await proving.pause()
  }
}

function open(context: WalkContext, baseline: Baseline, work: StageWork): StageProving {
  const proving: StageProving = new StageProving(context, baseline, work, () => {
    context.dispatch({ type: 'rows', ...shown(proving) })
  })
  return proving
}
