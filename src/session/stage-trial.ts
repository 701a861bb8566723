import type { Host } from '../host/host.ts'
import { invocationJournal } from '../systemd/journal.ts'
import { overallExposure } from '../systemd/security.ts'
import { rearmTimer } from '../systemd/timer.ts'
import { type Diagnosis, diagnose } from '../trial/diagnosis.ts'
import { keep } from '../trial/keep.ts'
import { remedyId, remedyText } from '../trial/remedy.ts'
import { AbortedTrial, type Attempt, type TrialContext, undo } from '../trial/transaction.ts'
import type { WalkContext } from './context.ts'
import { dropInParts, withStage } from './drop-in-parts.ts'
import { predicted, relax, type StageWork } from './stage-work.ts'
import type { StageResult } from './state.ts'
import type { KeptStage } from './store.ts'

/** Asks Keep? where somebody is there to answer, and keeps what passed or takes it back. */
export async function keepOrUndo(
  context: WalkContext,
  trials: TrialContext,
  work: StageWork,
  result: Extract<Attempt, { healthy: true }>,
  before: number,
  rehearsal: string,
): Promise<StageResult> {
  const { host, subject, dispatch, intents, options } = context
  const after = (await overallExposure(host, subject.unit)) ?? predicted(work)
  if (options.keepSeconds > 0) {
    await rearmTimer(host, subject.unit)
    const deadline = Date.now() + options.keepSeconds * 1000
    const proof = [...result.report.proof, ...(rehearsal === '' ? [] : [rehearsal])]
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
  const note = rehearsal === '' ? {} : { note: rehearsal }
  return { stage: work.stage, outcome: 'kept', before, after, kept: lines, ...note }
}

async function diagnosisOf(
  host: Host,
  work: StageWork,
  failed: Extract<Attempt, { healthy: false }>,
): Promise<Diagnosis> {
  const { report, reasons, trial } = failed
  const invocation = report?.last?.invocation ?? ''
  const journal = invocation === trial.before.invocation ? [] : await invocationJournal(host, invocation)
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

/** Shows why it failed on `host`, live or a clone, and asks what now; the work to go on with, or where to go. */
export async function afterFailure(
  context: WalkContext,
  host: Host,
  work: StageWork,
  failed: Extract<Attempt, { healthy: false }>,
): Promise<StageWork | 'skip' | 'stop'> {
  const { dispatch, intents, signal } = context
  const { reason, journal, remedies } = await diagnosisOf(host, work, failed)
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
