import type { Baseline } from '../../trial/health/baseline.ts'
import { attempt } from '../../trial/transaction/transaction.ts'
import { undo } from '../../trial/transaction/undo.ts'
import { loosenRow } from '../proof/loosen.ts'
import { changeKey } from '../proof/verdicts.ts'
import type { WalkContext } from '../walk/context.ts'
import { searchBreaking } from './bisect.ts'
import { diagnosisOf, type Failure } from './failure.ts'
import { requireBack } from './stage-trial.ts'
import { changeOf, type StageWork, tickedInOrder } from './stage-work.ts'
import { trialContext } from './trial-context.ts'

/** Verdicts of live trials of a stage so far, by change: no part is tried twice. */
export type TriedLive = Map<string, boolean>

/** Trials that the search for one row may take: ⌈log2 n⌉. */
export function mostTrials(rows: number): number {
  return Math.ceil(Math.log2(Math.max(2, rows)))
}

/** One live trial of a part, always undone; returns why it broke, or undefined. */
async function tryPart(
  context: WalkContext,
  work: StageWork,
  baseline: Baseline,
  ids: readonly string[],
): Promise<Pick<Failure, 'reason' | 'remedies'> | undefined> {
  const trials = trialContext(context, work.facts, baseline)
  const result = await attempt(trials, work.stage, changeOf(work, new Set(ids)))
  if (result.healthy) {
    requireBack('a part of it held', await undo(trials, result.trial), context)
    return undefined
  }
  requireBack(result.reasons[0]?.text ?? 'a part of it broke', result.undone, context)
  return diagnosisOf(context.host, work.facts, result)
}

/**
 * Finds the row that breaks a stage on the live service when no clone can tell: it tries parts and undoes each, so that
 * the service runs in its last proven state between trials. It then loosens the row as little as possible; the other
 * rows stay on the list.
 */
export async function searchLive(
  context: WalkContext,
  work: StageWork,
  baseline: Baseline,
  broke: Pick<Failure, 'reason' | 'remedies'>,
  tried: TriedLive,
): Promise<StageWork> {
  const { stage } = work
  const ids = tickedInOrder(work)
  const keyOf = (first: number) => changeKey(changeOf(work, new Set(ids.slice(0, first))))
  const most = mostTrials(ids.length)
  let why = broke
  for (let trial = 1; ; trial += 1) {
    const next = searchBreaking(ids.length, (first) => tried.get(keyOf(first)))
    if ('breaks' in next) return loosenRow(work, ids[next.breaks] as string, why, 'On the live service')
    const part = ids.slice(0, next.ask)
    const deadline = Date.now() + trialContext(context, work.facts, baseline).deadManSeconds * 1000
    const search = { trial, most, rows: part, of: ids.length }
    const phase = { at: 'trial' as const, doing: 'try' as const, stage, steps: [], deadline, search }
    context.dispatch({ type: 'phase', phase })
    const found = await tryPart(context, work, baseline, part)
    tried.set(keyOf(next.ask), found === undefined)
    if (found !== undefined) why = found
  }
}
