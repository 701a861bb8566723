import { stageNotes } from '../catalog/index.ts'
import type { Stage } from '../catalog/types.ts'
import { observe } from '../observe/observe.ts'
import { renderDropIn } from '../systemd/drop-in.ts'
import { invocationJournal } from '../systemd/journal.ts'
import { overallExposure } from '../systemd/security.ts'
import { rearmTimer } from '../systemd/timer.ts'
import type { Baseline } from '../trial/baseline.ts'
import { type Diagnosis, diagnose } from '../trial/diagnosis.ts'
import { keep } from '../trial/keep.ts'
import { remedyId, remedyText } from '../trial/remedy.ts'
import { AbortedTrial, type Attempt, attempt, type TrialContext, undo } from '../trial/transaction.ts'
import { dropInParts, withStage } from './drop-in-parts.ts'
import {
  beginStage,
  chosenAssignments,
  chosenOwnership,
  predicted,
  relax,
  rowsOf,
  type StageWork,
  tickAll,
  toggle,
} from './stage-work.ts'
import type { StageResult } from './state.ts'
import type { KeptStage } from './store.ts'
import { trialContext } from './trial-context.ts'
import type { WalkContext } from './walk.ts'

type Outcome = 'next' | 'stop'

/** What this stage would be at work on now, or the end of it where there is nothing to propose. */
async function lookAnew(context: WalkContext, stage: Stage): Promise<StageWork> {
  context.dispatch({ type: 'phase', phase: { at: 'looking', what: 'Reading what the service does now' } })
  return beginStage(stage, await observe(context.host, context.subject.unit))
}

function showStage({ dispatch }: WalkContext, work: StageWork, before: number): void {
  const notes = stageNotes(work.stage, work.facts)
  const rows = rowsOf(work)
  dispatch({
    type: 'phase',
    phase: { at: 'stage', stage: work.stage, rows, notes, before, predicted: predicted(work) },
  })
}

/** Lets the person choose rows until they want to see the drop-in, or to go elsewhere. */
async function choose(
  context: WalkContext,
  start: StageWork,
): Promise<{ work: StageWork; next: 'review' | 'skip' | 'stop' }> {
  let work = start
  for (;;) {
    const intent = await context.intents.oneOf(context.signal, [
      'toggle',
      'toggle-all',
      'review',
      'skip-stage',
      'stop',
    ])
    if (intent === undefined || intent.do === 'stop') return { work, next: 'stop' }
    if (intent.do === 'skip-stage') return { work, next: 'skip' }
    if (intent.do === 'review') {
      if (work.ticked.size > 0) return { work, next: 'review' }
      return { work, next: 'skip' }
    }
    work = intent.do === 'toggle' ? toggle(work, intent.id) : tickAll(work, intent.ticked)
    context.dispatch({ type: 'rows', rows: rowsOf(work), predicted: predicted(work) })
  }
}

/** Shows exactly what will be written; true when it shall be. */
async function confirm({ dispatch, intents, signal }: WalkContext, work: StageWork): Promise<boolean> {
  const dropIn = renderDropIn([], [{ comment: [], assignments: chosenAssignments(work) }]).trim()
  const warnings = [...work.ticked].flatMap((id) => work.current.get(id)?.caution ?? [])
  const ownership = chosenOwnership(work)
  dispatch({
    type: 'phase',
    phase: { at: 'confirm', stage: work.stage, dropIn, ownership, restarts: true, warnings },
  })
  return (await intents.oneOf(signal, ['apply', 'back']))?.do === 'apply'
}

async function keepOrUndo(
  context: WalkContext,
  trials: TrialContext,
  work: StageWork,
  result: Extract<Attempt, { healthy: true }>,
  before: number,
): Promise<StageResult> {
  const { host, subject, dispatch, intents, options } = context
  const after = (await overallExposure(host, subject.unit)) ?? predicted(work)
  if (options.keepSeconds > 0) {
    await rearmTimer(host, subject.unit)
    const deadline = Date.now() + options.keepSeconds * 1000
    const { proof } = result.report
    dispatch({ type: 'phase', phase: { at: 'keep', stage: work.stage, deadline, before, after, proof } })
    const answer = await intents.oneOf(context.signal, ['keep'], deadline).catch(async () => {
      throw new AbortedTrial(await undo(trials, result.trial))
    })
    dispatch({ type: 'phase', phase: { at: 'trial', stage: work.stage, steps: [] } })
    if (answer?.yes !== true) {
      const undone = await undo(trials, result.trial)
      const why = answer ? 'rolled back as asked' : 'nobody answered: rolled back'
      const note = undone.proven ? why : `${why}; ${undone.lines[0]}`
      return { stage: work.stage, outcome: 'skipped', before, after: before, kept: [], note }
    }
  }
  const added: KeptStage = {
    stage: work.stage,
    assignments: [...result.trial.assignments],
    records: [...result.trial.records],
    before,
    after,
    at: new Date().toISOString(),
  }
  const kept = withStage(context.stored.kept, added)
  const done = await keep(trials, result.trial, dropInParts(kept), result.report.last?.invocation ?? '')
  if (!done.kept)
    return { stage: work.stage, outcome: 'skipped', before, after: before, kept: [], note: done.reason }
  await context.save({ kept, pending: undefined } as Parameters<WalkContext['save']>[0])
  const lines = result.trial.assignments
    .filter(({ value }) => value !== '')
    .map(({ key, value }) => `${key}=${value}`)
  return { stage: work.stage, outcome: 'kept', before, after, kept: lines }
}

async function diagnosisOf(
  context: WalkContext,
  work: StageWork,
  failed: Extract<Attempt, { healthy: false }>,
): Promise<Diagnosis> {
  const { report, reasons, trial } = failed
  const invocation = report?.last?.invocation ?? ''
  const journal =
    invocation === trial.before.invocation ? [] : await invocationJournal(context.host, invocation)
  return diagnose({
    reasons,
    last: report?.last,
    journal,
    records: report?.records ?? [],
    assignments: trial.assignments,
    capabilities: (work.facts.unit.properties.CapabilityBoundingSet?.[0] ?? '').split(' '),
    groups: work.facts.syscallGroups,
  })
}

/** Shows why it failed and asks what now; the work to go on with, or where to go. */
async function afterFailure(
  context: WalkContext,
  work: StageWork,
  failed: Extract<Attempt, { healthy: false }>,
): Promise<StageWork | 'skip' | 'stop'> {
  const { dispatch, intents, signal } = context
  const { reason, journal, remedies } = await diagnosisOf(context, work, failed)
  const useful = remedies.filter((remedy) => relax(work, [remedy]) !== undefined)
  const relaxations = useful.map((remedy) => ({
    id: remedyId(remedy),
    text: remedyText(remedy, work.facts.syscallGroups),
  }))
  const undone = failed.undone.lines
  dispatch({
    type: 'phase',
    phase: { at: 'failed', stage: work.stage, reason, journal, undone, relaxations },
  })
  const intent = await intents.oneOf(signal, ['relax', 'choose-again', 'skip-stage', 'stop'])
  if (intent === undefined || intent.do === 'stop') return 'stop'
  if (intent.do === 'skip-stage') return 'skip'
  if (intent.do === 'choose-again') return work
  return (
    relax(
      work,
      useful.filter((remedy) => intent.ids.includes(remedyId(remedy))),
    ) ?? work
  )
}

/** One stage from its list to its verdict. 'stop' when the person wants no further stage. */
export async function walkStage(context: WalkContext, stage: Stage, baseline: Baseline): Promise<Outcome> {
  const { dispatch, host, subject } = context
  const before = (await overallExposure(host, subject.unit)) ?? 0
  const finished = (result: StageResult, outcome: Outcome): Outcome => {
    dispatch({ type: 'exposure', now: result.after })
    dispatch({ type: 'finished', result })
    return outcome
  }
  const skipped = (note?: string): StageResult => ({
    stage,
    outcome: 'skipped',
    before,
    after: before,
    kept: [],
    ...(note === undefined ? {} : { note }),
  })
  let work = await lookAnew(context, stage)
  if (work.current.size === 0) {
    return finished({ stage, outcome: 'nothing', before, after: before, kept: [] }, 'next')
  }
  for (;;) {
    showStage(context, work, before)
    const chosen = await choose(context, work)
    work = chosen.work
    if (chosen.next !== 'review') return finished(skipped(), chosen.next === 'stop' ? 'stop' : 'next')
    if (!(await confirm(context, work))) continue
    const trials = trialContext(context, work.facts, baseline)
    const deadline = Date.now() + trials.deadManSeconds * 1000
    dispatch({ type: 'phase', phase: { at: 'trial', stage, steps: [], deadline } })
    const change = { assignments: chosenAssignments(work), ownership: chosenOwnership(work) }
    const result = await attempt(trials, stage, change)
    if (result.healthy) return finished(await keepOrUndo(context, trials, work, result, before), 'next')
    const next = await afterFailure(context, work, result)
    if (next === 'skip' || next === 'stop')
      return finished(skipped('broke the service and was rolled back'), next === 'stop' ? 'stop' : 'next')
    work = next
  }
}
