import { STAGES, type Stage, titleOf } from '../../catalog/common/types.ts'
import { OpenUndo } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import type { Manager } from '../../host/manager.ts'
import { observe } from '../../observe/observe.ts'
import { overallExposure } from '../../systemd/exposure/security.ts'
import { shortName } from '../../systemd/manager/unit-name.ts'
import type { Baseline } from '../../trial/health/baseline.ts'
import { keep } from '../../trial/transaction/keep.ts'
import type { StepListener } from '../../trial/transaction/steps.ts'
import { attempt } from '../../trial/transaction/transaction.ts'
import type { TrialContext } from '../../trial/transaction/trial.ts'
import type { CommandEnd } from '../exit-code.ts'
import { dropInParts, keptAssignments, withoutStage } from '../stage/drop-in-parts.ts'
import { trialSeconds } from '../stage/trial-context.ts'
import { formatScore } from '../store/score.ts'
import { asPending, type KeptStage, loadState, type StoredState } from '../store/store.ts'
import { storeOnDisk, type WalkStore } from '../store/walk-store.ts'
import { Refusal } from './refusal.ts'
import { endUnfinished } from './resume.ts'
import { undoEverything } from './undo-walk.ts'

export interface UndoResult {
  end: CommandEnd
  lines: string[]
}

/** Stages that are proposed and proven for the account that the user switch gave the service. */
const UNDER_THE_ACCOUNT: readonly Stage[] = ['filesystem', 'system', 'syscalls']

/** A kept stage that can be taken back alone, and how the service answered before. */
interface Undoable {
  gone: KeptStage
  baseline: Baseline
}

/** The stage as it is kept, or why it can't be taken back alone, with the next step. */
export function undoable(
  { words }: Manager,
  { unit, kept, baseline }: StoredState,
  stage: Stage,
): Undoable | { reason: string; next: string } {
  const all = `${words.hardenctl} undo ${shortName(unit)} takes back everything.`
  const titles = kept.map((one) => titleOf(one.stage)).join(', ')
  const gone = kept.find((one) => one.stage === stage)
  if (gone === undefined && kept.some((one) => one.stage === 'all'))
    return { reason: `the stages of ${unit} were kept in one restart, and are one change`, next: all }
  if (gone === undefined)
    return { reason: `the stage ${stage} of ${unit} is not kept`, next: `Kept: ${titles || 'nothing'}.` }
  if (baseline === undefined)
    return { reason: `an older hardenctl kept ${unit}, and nothing says how it answered before`, next: all }
  const later = stage === 'user' ? kept.filter((one) => rests(one, gone)).map((one) => one.stage) : []
  if (later.length === 0) return { gone, baseline }
  const proven = `${later.join(', ')} ${later.length === 1 ? 'was' : 'were'} proven under its account`
  return {
    reason: `the user switch of ${unit} can't go alone: ${proven}`,
    next: `Take back ${later.join(', ')} first, or everything: ${all}`,
  }
}

/** It was kept after the user switch, for the account that this gave. */
function rests(one: KeptStage, user: KeptStage): boolean {
  const isUnder = one.stage === 'all' || UNDER_THE_ACCOUNT.includes(one.stage)
  return isUnder && one.at > (user.first ?? user.at)
}

/** What is kept, once the unfinished trial of an earlier hardenctl is ended. Throws Refusal. */
async function loadKept(host: Host, unit: string, stage: Stage): Promise<Undoable & { store: WalkStore }> {
  const stored = await loadState(host, unit)
  if (stored === undefined) throw new Refusal(`hardenctl keeps nothing for ${unit}`, 'Nothing was changed.')
  const store = storeOnDisk(host, stored)
  if (stored.pending !== undefined && (await endUnfinished(host, store, stored.pending)) === 'stuck')
    throw new OpenUndo(
      `an earlier trial of ${unit} could not be undone`,
      `${host.manager.words.systemctl} status ${shortName(unit)} says why; then try again.`,
    )
  const found = undoable(host.manager, store.state, stage)
  if ('reason' in found) throw new Refusal(found.reason, `Nothing was changed. ${found.next}`)
  return { ...found, store }
}

interface Listening {
  tell: StepListener
  signal: AbortSignal
}

async function contextOf(
  host: Host,
  { store, baseline }: { store: WalkStore; baseline: Baseline },
  { tell, signal }: Listening,
): Promise<TrialContext> {
  const { unit, kept } = store.state
  const facts = await observe(host, unit)
  return {
    host,
    unit,
    baseline,
    groups: facts.syscallGroups,
    keptBefore: dropInParts(kept),
    accounts: facts.accounts,
    executables: facts.executables.map(({ path }) => path),
    deadManSeconds: trialSeconds(baseline, 0),
    remember: (trial) => store.save({ pending: trial && asPending(trial) }),
    tell,
    signal,
  }
}

/** Settings of the stage that stay, since another stage sets them too. */
function sharedLine(gone: KeptStage, kept: readonly KeptStage[]): string[] {
  const staying = new Set(keptAssignments(kept).map(({ key }) => key))
  const shared = [...new Set(gone.assignments.map(({ key }) => key))].filter((key) => staying.has(key))
  return shared.length === 0
    ? []
    : [`${shared.join(', ')}: another kept stage sets it too, so its value stays.`]
}

/**
 * Takes one kept stage back by a trial of what is left: the service is restarted and has to answer as before, else the
 * stage stays. The others stay in force. Throws Refusal before anything is changed.
 */
export async function undoStage(
  host: Host,
  unit: string,
  stage: Stage,
  listening: Listening,
): Promise<UndoResult> {
  const { store, gone, baseline } = await loadKept(host, unit, stage)
  const kept = withoutStage(store.state.kept, stage)
  if (kept.length === 0) {
    const { healthy, lines } = await undoEverything(host, unit)
    return { end: healthy ? 'done' : 'undo-open', lines }
  }
  const context = await contextOf(host, { store, baseline }, listening)
  const before = await overallExposure(host, unit)
  const change = { assignments: keptAssignments(kept), ownership: [], reduces: { records: gone.records } }
  const result = await attempt(context, stage, change)
  const title = titleOf(stage)
  if (!result.healthy) {
    const reason = result.reasons[0]?.text ?? 'it was not healthy'
    const lines = [`${title} stays: without it ${reason}.`, ...result.undone.lines]
    return { end: result.undone.proven ? 'nothing-kept' : 'undo-open', lines }
  }
  const done = await keep(context, result.trial, dropInParts(kept), result.report.last?.invocation ?? '')
  if (!done.kept) {
    const lines = [`${title} stays: ${done.reason}.`, ...done.undone.lines]
    return { end: done.undone.proven ? 'nothing-kept' : 'undo-open', lines }
  }
  await store.save({ kept, pending: undefined })
  const after = await overallExposure(host, unit)
  const names = STAGES.filter((one) => kept.some((other) => other.stage === one)).map(titleOf)
  return {
    end: 'done',
    lines: [
      `${title} is taken back. In force: ${names.join(', ')}.`,
      ...sharedLine(gone, kept),
      ...result.report.proof,
      ...(before === undefined || after === undefined
        ? []
        : [`Exposure: ${formatScore(before)} → ${formatScore(after)}.`]),
    ],
  }
}
