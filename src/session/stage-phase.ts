import { stageNotes } from '../catalog/index.ts'
import type { Stage } from '../catalog/types.ts'
import { observe } from '../observe/observe.ts'
import { renderDropIn } from '../systemd/drop-in.ts'
import { overallExposure } from '../systemd/security.ts'
import type { Baseline } from '../trial/baseline.ts'
import { type Attempt, attempt } from '../trial/transaction.ts'
import type { WalkContext } from './context.ts'
import { REHEARSED, StageClones } from './stage-clones.ts'
import { afterFailure, keepOrUndo } from './stage-trial.ts'
import {
  beginStage,
  chosenAssignments,
  chosenOwnership,
  predicted,
  rowsOf,
  type StageWork,
  tickAll,
  toggle,
} from './stage-work.ts'
import type { StageResult } from './state.ts'
import { trialContext } from './trial-context.ts'

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
async function confirm(
  { dispatch, intents, signal, options }: WalkContext,
  work: StageWork,
): Promise<boolean> {
  const dropIn = renderDropIn([], [{ comment: [], assignments: chosenAssignments(work) }]).trim()
  const warnings = [...work.ticked].flatMap((id) => work.current.get(id)?.caution ?? [])
  const ownership = chosenOwnership(work)
  dispatch({
    type: 'phase',
    phase: {
      at: 'confirm',
      stage: work.stage,
      dropIn,
      ownership,
      restarts: true,
      rehearsed: options.rehearse,
      warnings,
    },
  })
  return (await intents.oneOf(signal, ['apply', 'back']))?.do === 'apply'
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
  const clones = new StageClones(context, work.facts, baseline)
  try {
    for (;;) {
      clones.prepare()
      showStage(context, work, before)
      const chosen = await choose(context, work)
      work = chosen.work
      if (chosen.next !== 'review') return finished(skipped(), chosen.next === 'stop' ? 'stop' : 'next')
      if (!(await confirm(context, work))) continue
      const change = { assignments: chosenAssignments(work), ownership: chosenOwnership(work) }
      const tried = await clones.rehearse(stage, change)
      if (tried.failed !== undefined) {
        const next = await afterFailure(context, tried.host, work, tried.failed)
        dispatch({ type: 'target', target: 'live' })
        if (next === 'skip' || next === 'stop') {
          return finished(
            skipped('broke in the rehearsal; the live service was not touched'),
            next === 'stop' ? 'stop' : 'next',
          )
        }
        work = next
        continue
      }
      const trials = trialContext(context, work.facts, baseline)
      const deadline = Date.now() + trials.deadManSeconds * 1000
      dispatch({ type: 'phase', phase: { at: 'trial', stage, steps: [], deadline } })
      const result = await attempt(trials, stage, change)
      if (result.healthy)
        return finished(await keepOrUndo(context, trials, work, result, before, tried.note), 'next')
      const next = await afterFailure(context, host, work, asGap(result, tried.note))
      if (next === 'skip' || next === 'stop') {
        return finished(skipped('broke the service and was rolled back'), next === 'stop' ? 'stop' : 'next')
      }
      work = next
    }
  } finally {
    await clones.dispose()
  }
}

/** A live failure after a rehearsal that held is a gap between the clone and the host, and is named as one. */
function asGap<Failed extends Extract<Attempt, { healthy: false }>>(failed: Failed, note: string): Failed {
  if (note !== REHEARSED) return failed
  const [main, ...rest] = failed.reasons
  const text = `it held in the rehearsal and not live: ${main?.text ?? 'not healthy'}`
  return { ...failed, reasons: [{ kind: main?.kind ?? 'error', text }, ...rest] }
}
