import { Bug, reasonOf } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import type { Facts } from '../../observe/facts.ts'
import { bootClone, type Clone, type CloneOptions } from '../../rehearsal/boot/clone.ts'
import { bootProven, type ProvenClone, type Unlike } from '../../rehearsal/boot/proven-clone.ts'
import { leftIn } from '../../rehearsal/compare/left.ts'
import { listWritten } from '../../rehearsal/compare/overlay-diff.ts'
import { listVolatile } from '../../rehearsal/compare/volatile.ts'
import { linesSince, markLogs } from '../../trial/diagnosis/complaints.ts'
import type { Baseline } from '../../trial/health/baseline.ts'
import { longestMs } from '../../trial/health/full/play-full.ts'
import { keep } from '../../trial/transaction/keep.ts'
import { attempt } from '../../trial/transaction/transaction.ts'
import { type TrialContext, TrialError } from '../../trial/transaction/trial.ts'
import { trialContext } from '../stage/trial-context.ts'
import type { AnyWalk, WalkContext } from '../walk/context.ts'
import type { Watched } from './clone-oddities.ts'
import { type BeginOfLogs, type Control, controlOf, stopsSlowly } from './control.ts'

/** After a restart, a reload, and a stop and a start. */
const TIMES_IN_FULL = 3

/** Why there is no rehearsal: one line. The walk goes on with live trials. */
export interface NoRehearsal {
  readonly why: string
}

/** Why a clone where the service does not answer as it does live proves nothing: one line. */
export function unlikeLive({ missing }: Unlike): string {
  return `the service does not answer in a clone as it does live: ${missing}`
}

/** The context of trials in a clone: none is stored, since it goes with the clone, and no screen shows its steps. */
function plainTrialsIn(context: AnyWalk, clone: Clone, facts: Facts, baseline: Baseline): TrialContext {
  const control = controlOf(context.rehearsing)
  return {
    ...trialContext(context, facts, baseline),
    host: clone.host,
    waits: false,
    ...(baseline.oneshot === undefined ? {} : { left: () => leftIn(clone.host) }),
    remember: async () => undefined,
    tell: () => undefined,
    isKilled: stopsSlowly(control),
    isAbrupt: control.isForced === true,
  }
}

/** The same, with what is played in full after each start and reload. */
export function trialsIn(context: WalkContext, clone: Clone, facts: Facts, baseline: Baseline): TrialContext {
  return withFull(plainTrialsIn(context, clone, facts, baseline), controlOf(context.rehearsing))
}

/** A clone in which trials can be made, with the place where each log ended before its service started. */
interface BootedForTrials extends Omit<Extract<ProvenClone, { clone: Clone }>, 'upMs'> {
  trials: TrialContext
  begun: BeginOfLogs
}

/** A oneshot's work is there to be done once: a clone in which it ran has nothing left to prove. */
async function bootAtRest(
  live: Host,
  options: CloneOptions,
): Promise<Extract<ProvenClone, { clone: Clone }>> {
  const clone = await bootClone(live, options)
  return { clone, volatile: await listVolatile(clone.host), upMs: 0 }
}

/**
 * A clone where the unhardened service answers as it does live, with the context of the trials in it.
 */
export async function bootForTrials(
  context: AnyWalk,
  facts: Facts,
  baseline: Baseline,
  companions: readonly string[],
): Promise<BootedForTrials | { verdict: Unlike }> {
  const { live, subject, signal } = context
  const begun = { marks: await markLogs(live, facts), since: Date.now() }
  const { unit } = subject
  const executables = facts.executables.map(({ path }) => path)
  const isBrief = context.rehearsing?.possible === true
  const input = { unit, baseline, executables, isBrief, signal }
  const options = { unit, companions, signal }
  const proven =
    baseline.oneshot === undefined ? await bootProven(live, options, input) : await bootAtRest(live, options)
  if ('verdict' in proven) return proven
  const { clone, volatile, upMs } = proven
  const known = upMs > (baseline.upMs ?? 0) ? { ...baseline, upMs } : baseline
  return { clone, volatile, begun, trials: plainTrialsIn(context, clone, facts, known) }
}

/** Applies to the clone what the earlier stages kept on its host. */
async function replayPending({ pendingChange }: WalkContext, trials: TrialContext): Promise<void> {
  const stages = pendingChange?.stages
  if (stages === undefined) return
  const slow = { ...trials, isAbrupt: trials.isKilled === true, waits: true }
  const result = await attempt(slow, 'all', stages.change, { isBrief: true })
  if (!result.healthy)
    throw new TrialError(`the earlier stages do not hold in a fresh clone: ${result.reasons[0]?.text}`)
  const kept = await keep(slow, result.trial, stages.parts, result.report.last?.invocation ?? '')
  if (!kept.kept) throw new TrialError(kept.reason)
}

/** With what is played in full after each start and reload of a trial. */
function withFull(trials: TrialContext, { full }: Control): TrialContext {
  const ms = full.reduce((sum, check) => sum + longestMs(check), 0) * TIMES_IN_FULL
  const deadManSeconds = trials.deadManSeconds + Math.ceil(ms / 1000)
  return { ...trials, baseline: { ...trials.baseline, full }, deadManSeconds }
}

const NOTHING_SEEN: Watched['own'] = { said: new Set(), files: new Map() }

/** What the service said and wrote in a clone since its boot. */
async function ownTraces(host: Host, unit: string, { marks, since }: BeginOfLogs): Promise<Watched['own']> {
  const [lines, files] = await Promise.all([linesSince(host, unit, marks, since), listWritten(host)])
  return { said: new Set(lines.keys()), files }
}

/** A clone in the state of the host that the stages are applied to. */
export interface PreparedClone extends BootedForTrials {
  /** The host of which it is a clone. */
  live: Host
  control: Control
  watched: Watched
}

/** Boots a clone in the state of the host that the stages are applied to, where the service answers as it does live. */
export async function bootStage(
  context: WalkContext,
  facts: Facts,
  baseline: Baseline,
): Promise<PreparedClone | NoRehearsal> {
  const { live, signal, rehearsing } = context
  const companions = rehearsing?.possible === true ? rehearsing.companions : []
  let clone: Clone | undefined
  try {
    const booted = await bootForTrials(context, facts, baseline, companions)
    if ('verdict' in booted) return { why: unlikeLive(booted.verdict) }
    clone = booted.clone
    await replayPending(context, booted.trials)
    const control = controlOf(rehearsing)
    const { trials, volatile, begun } = booted
    const { host, unit } = trials
    const own = control.usual === undefined ? NOTHING_SEEN : await ownTraces(host, unit, begun)
    const watched = { host, unit, live, facts, baseline, volatile, usual: control.usual, own }
    return { ...booted, trials: withFull(trials, control), live, control, watched }
  } catch (error) {
    // The reason why it could not be prepared says more; PID 1 ends the rest of it.
    await clone?.dispose().catch(() => undefined)
    signal.throwIfAborted()
    if (error instanceof Bug) throw error.cause
    return { why: reasonOf(error) }
  }
}
