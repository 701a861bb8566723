import type { Host } from '../host/host.ts'
import type { Facts } from '../observe/facts.ts'
import { bootClone, type Clone, CloneError } from '../rehearsal/clone.ts'
import { queue } from '../systemd/control.ts'
import type { Baseline } from '../trial/baseline.ts'
import { proveReload, proveStopAndStart } from '../trial/final.ts'
import { checkHealth } from '../trial/health.ts'
import {
  type Attempt,
  attempt,
  type Change,
  healthQuestion,
  type TrialContext,
  undo,
} from '../trial/transaction.ts'
import type { WalkContext } from './context.ts'
import { trialContext } from './trial-context.ts'

/** A clone in which the unhardened service answers as it does live, ready for one stage. */
export interface Rehearsal {
  readonly host: Host
  /** Milliseconds the clone took to boot. */
  readonly bootMs: number
  /** The same transaction in the clone, then reload, and stop and start. The clone is as before afterwards. */
  rehearse(stage: string, change: Change): Promise<Attempt>
  dispose(): Promise<void>
}

/** Why there is no rehearsal: one line. The walk goes on with live trials. */
export interface NoRehearsal {
  readonly why: string
}

async function startUnhardened(trials: TrialContext): Promise<void> {
  const { host, unit } = trials
  const since = Date.now()
  await queue(host, 'start', unit)
  const report = await checkHealth(healthQuestion(trials, { invocation: '', processes: [] }, since))
  if (report.healthy) return
  const reason = report.reasons[0]?.text ?? 'it is not healthy'
  throw new CloneError(`the service does not answer in a clone as it does live: ${reason}`)
}

/** What holds through one restart may still break at a reload, or at the second start. */
async function proveMore(trials: TrialContext, canReload: boolean): Promise<void> {
  if (canReload) await proveReload(trials)
  await proveStopAndStart(trials)
}

async function rehearseIn(
  trials: TrialContext,
  canReload: boolean,
  stage: string,
  change: Change,
): Promise<Attempt> {
  const result = await attempt(trials, stage, change)
  if (!result.healthy) return result
  const { trial, report } = result
  try {
    await proveMore(trials, canReload)
  } catch (error) {
    const undone = await undo(trials, trial)
    if (trials.signal?.aborted) throw error
    return {
      healthy: false,
      trial,
      reasons: [{ kind: 'error', text: (error as Error).message }],
      report,
      undone,
    }
  }
  return result
}

/**
 * Boots a clone of the live host and proves that the service answers in it as it does live: only then a pass in
 * the clone says anything. Never throws but for the walk's own interruption.
 */
export async function openRehearsal(
  context: WalkContext,
  facts: Facts,
  baseline: Baseline,
): Promise<Rehearsal | NoRehearsal> {
  let clone: Clone | undefined
  try {
    clone = await bootClone(context.host, { unit: context.subject.unit, signal: context.signal })
    const { host, bootMs } = clone
    const inClone = (): TrialContext => ({
      ...trialContext(context, facts, baseline),
      host,
      remember: async () => undefined,
    })
    await startUnhardened({ ...inClone(), tell: () => undefined })
    const dispose = () => (clone as Clone).dispose()
    return {
      host,
      bootMs,
      dispose,
      rehearse: (stage, change) => rehearseIn(inClone(), facts.unit.canReload, stage, change),
    }
  } catch (error) {
    await clone?.dispose().catch(() => undefined)
    context.signal.throwIfAborted()
    return { why: (error as Error).message.split('\n')[0] ?? 'it could not be booted' }
  }
}

export function isRehearsal(value: Rehearsal | NoRehearsal | undefined): value is Rehearsal {
  return value !== undefined && 'rehearse' in value
}
