import { type Stage, type StageOrAll, titleOf } from '../../catalog/common/types.ts'
import { Bug } from '../../host/errors.ts'
import type { Facts } from '../../observe/facts.ts'
import { observe } from '../../observe/observe.ts'
import { overallExposure } from '../../systemd/exposure/security.ts'
import { firstEnd } from '../../systemd/log/journal.ts'
import { shortName } from '../../systemd/manager/unit-name.ts'
import { keptPath } from '../../systemd/settings/drop-in.ts'
import { asRunning, type Baseline, waitsForStart } from '../../trial/health/baseline.ts'
import { checkHealth } from '../../trial/health/health.ts'
import { anyStart } from '../../trial/health/judge.ts'
import { takeSnapshot } from '../../trial/health/unit-snapshot.ts'
import { armFinalUndo, disarmFinalUndo, finalCheck } from '../../trial/transaction/final-trial.ts'
import { restoreEverything } from '../../trial/transaction/restore.ts'
import { endStandBy } from '../../trial/transaction/stand-by.ts'
import { stepBack } from '../../trial/transaction/step-back.ts'
import { healthCheckInput } from '../../trial/transaction/trial-health.ts'
import { controlOf } from '../proof/control.ts'
import { dropInParts } from '../stage/drop-in-parts.ts'
import { trialContext } from '../stage/trial-context.ts'
import type { WalkContext } from './context.ts'
import { mayStart, standBy } from './own-time.ts'
import { reachLine } from './reach-log.ts'
import type { Restarts } from './state.ts'

/** Undoes the last kept stage, which the final check found guilty, and reports it. */
async function dropLastStage(context: WalkContext, baseline: Baseline, reason: string): Promise<string> {
  const { host, subject, store } = context
  const kept = store.state.kept.slice(0, -1)
  const last = store.state.kept.at(-1)
  const records = last?.records ?? []
  if (kept.length === 0) await restoreEverything(host, subject.unit, records)
  else {
    const facts = await observe(host, subject.unit)
    await stepBack(trialContext(context, facts, baseline), dropInParts(kept), records)
  }
  await store.save({ kept })
  const title = last === undefined ? 'the last stage' : titleOf(last.stage)
  return `${title} was undone at the end: ${reason}`
}

/** Why the service is worse now than when its last stage was kept. If somebody stopped it, they must start it. */
async function diedSince({ host, subject }: WalkContext): Promise<string | undefined> {
  const { active, restarts } = await takeSnapshot(host, subject.unit)
  if (active === 'failed') return 'the service failed some time after it was kept'
  return restarts > 0 ? 'the service died some time after it was kept, and was started again' : undefined
}

/**
 * Undoes, stage by stage, changes that broke the service only after they were proven and kept, and notes it in the
 * history. True if something was undone. No signal interrupts it.
 */
export async function takeBackLate(context: WalkContext, baseline: Baseline): Promise<boolean> {
  const { host, live, subject, dispatch } = context
  if (host !== live) return false
  let taken = false
  for (;;) {
    const last = context.store.state.kept.at(-1)
    // Stages of an earlier walk have run for long: a death now is not their fault.
    if (last === undefined || context.store.wasKeptEarlier(last)) return taken
    const reason = await diedSince(context)
    if (reason === undefined) return taken
    const { stage } = last
    const before = (await overallExposure(host, subject.unit)) ?? 0
    dispatch({ type: 'phase', phase: { at: 'looking', what: `Undoing ${titleOf(stage)}: ${reason}` } })
    await dropLastStage(context, baseline, reason)
    const after = (await overallExposure(host, subject.unit)) ?? before
    const note = `undone: ${reason}`
    dispatch({ type: 'exposure', now: after })
    const skipped = { outcome: 'skipped', skippedAs: 'missed' } as const
    dispatch({ type: 'finished', result: { stage, ...skipped, before, after, kept: [], note } })
    taken = true
  }
}

/**
 * systemd's result of a stop of the unhardened service, where that did not end well. The first restart of a walk stops it
 * live; where clones played its stop they told. With ExecStop= nobody knows: its commands ran with the trial's settings.
 */
async function usualEnd(
  { host, subject, store, rehearsing }: WalkContext,
  { unit: { execSource } }: Facts,
): Promise<string | undefined> {
  if (rehearsing?.possible === true || (execSource.ExecStop ?? []).length > 0) return undefined
  const end = await firstEnd(host, subject.unit, Date.parse(store.state.started))
  return end === 'success' ? undefined : end
}

export interface Finished {
  /** The service is proven healthy. */
  healthy: boolean
  notes: string[]
  /** It was started with all that is kept, or may be at any time. */
  ran: boolean
  /** Stages of this walk that were undone with an earlier one, which alone was guilty: oldest first. */
  innocent: Stage[]
}

/**
 * The last check: reload, stop and start with all kept stages; on a failure, undoes stage by stage, the newest first. With
 * a single restart, the clone did the stop and start.
 */
export async function lastCheck(
  context: WalkContext,
  found: Baseline,
  restarts: Restarts,
): Promise<Finished> {
  const { host, subject, dispatch, store } = context
  const { watchSeconds } = context.options
  const control = controlOf(context.rehearsing)
  const notes: string[] = []
  const undone: StageOrAll[] = []
  let healthy = true
  let ran = store.state.kept.length > 0 && (await mayStart(context, found))
  if (found.stopped === true && !ran) return { healthy, notes, ran, innocent: [] }
  // From here on hardenctl's own undo stands by.
  if (ran) await endStandBy(host, subject.unit)
  const baseline = asRunning(found)
  if (found.stopped === true) await store.save({ baseline })
  const restartsAgain = restarts === 'each stage' && control.restart !== 'none'
  const starts = ran && (found.stopped === true || restartsAgain)
  let end: string | undefined
  while (store.state.kept.length > 0) {
    dispatch({ type: 'phase', phase: { at: 'trial', doing: 'finish', stage: 'final', steps: [] } })
    const facts = await observe(host, subject.unit)
    const trials = trialContext(context, facts, baseline)
    const records = store.state.kept.flatMap((stage) => stage.records)
    const untried = await armFinalUndo(trials, records, watchSeconds)
    if (untried !== undefined) {
      // Nothing speaks against the kept stages: they stay, and the person reads what was not tried.
      notes.push(`hardenctl did not try the last reload and restart: ${untried}`)
      if (waitsForStart(found)) ran = false
      break
    }
    if (starts && end === undefined) {
      end = await usualEnd(context, facts)
      if (end !== undefined)
        notes.push(`Its stop ends badly (${end}), as it did before hardenctl changed anything.`)
    }
    let bug: unknown
    const problem = await finalCheck(trials, {
      reload: facts.unit.canReload && control.reload && found.stopped !== true,
      restart: starts,
      usualEnd: end,
      watchSeconds: baseline.oneshot === undefined ? watchSeconds : 0,
    }).catch((error) => {
      // The service may be stopped, so it is restored first, as after any failure.
      bug = error
      return 'hardenctl itself failed at the last check'
    })
    if (problem !== undefined) {
      undone.unshift(store.state.kept.at(-1)?.stage ?? 'all')
      notes.push(await dropLastStage(context, baseline, problem))
    }
    await disarmFinalUndo(trials)
    if (bug !== undefined) throw new Bug(bug, { proven: await answersAgain(context, baseline), lines: notes })
    context.signal.throwIfAborted()
    if (problem === undefined) break
    healthy = store.state.kept.length > 0 || (await answersAgain(context, baseline))
  }
  return { healthy, notes, ran, innocent: undone.slice(1).filter((stage) => stage !== 'all') }
}

/** Sums up the walk, and shows the end of it. */
export async function finish(
  context: WalkContext,
  baseline: Baseline,
  { healthy, notes: found, ran }: Omit<Finished, 'innocent'>,
): Promise<void> {
  const { host, subject, dispatch } = context
  const control = controlOf(context.rehearsing)
  const notes = [...control.notes, ...found]
  if (waitsForStart(baseline)) notes.push(...(await standBy(context, ran)))
  const reached = context.reachLog.reached(baseline, control.full)
  if (context.store.state.kept.length > 0) await context.store.save({ reached })
  notes.push(reachLine(reached))
  const { stock, kept } = context.store.state
  const final = (await overallExposure(host, subject.unit)) ?? stock
  const curve = [
    { label: 'stock', exposure: stock },
    ...kept.map(({ stage, after }) => ({ label: titleOf(stage), exposure: after })),
  ]
  const dropInPath = keptPath(host.manager, subject.unit)
  const summary = {
    stock,
    final,
    curve,
    dropInPath,
    dropIn: (await host.read(dropInPath)) ?? '',
    undo: `${host.manager.words.hardenctl} undo ${shortName(subject.unit)}`,
    notes,
    healthy,
    asked: baseline.answers.length > 0,
    ...(baseline.oneshot === undefined ? {} : { oneshot: ran ? ('ran' as const) : ('waits' as const) }),
    ...(baseline.stopped === true && !ran ? { stopped: true as const } : {}),
  }
  dispatch({ type: 'exposure', now: final })
  dispatch({ type: 'phase', phase: { at: 'done', summary } })
}

async function answersAgain(context: WalkContext, baseline: Baseline): Promise<boolean> {
  const facts = await observe(context.host, context.subject.unit)
  const input = healthCheckInput(trialContext(context, facts, baseline), anyStart(baseline), Date.now())
  return (await checkHealth(input)).healthy
}
