import { dirname } from 'node:path/posix'
import type { Host } from '../../host/host.ts'
import type { Facts } from '../../observe/facts.ts'
import { interpretersOf } from '../../observe/files/executables.ts'
import { invocationJournal } from '../../systemd/log/journal.ts'
import { type Diagnosis, diagnose } from '../../trial/diagnosis/diagnosis.ts'
import { type Remedy, remedyId, remedyText } from '../../trial/diagnosis/remedy.ts'
import type { Attempt } from '../../trial/transaction/trial.ts'
import { isPrecise, relax } from '../proof/loosen.ts'
import type { WalkContext } from '../walk/context.ts'
import type { StageWork } from './stage-work.ts'

/** Why a trial failed on `host`, by what is there of that invocation alone. */
export async function diagnosisOf(
  host: Host,
  facts: Facts,
  failed: Extract<Attempt, { healthy: false }>,
): Promise<Diagnosis> {
  const { report, reasons, trial } = failed
  const invocation = report?.last?.invocation ?? ''
  const journal = invocation === trial.before.invocation ? [] : await invocationJournal(host, invocation)
  const found = diagnose({
    reasons,
    last: report?.last,
    journal,
    records: report?.records ?? [],
    assignments: trial.assignments,
    capabilities: (facts.unit.properties.CapabilityBoundingSet?.[0] ?? '').split(' '),
    groups: facts.syscallGroups,
  })
  return { ...found, remedies: await completed(host, found.remedies) }
}

/** Too much to be handed out because one file in it was to be made. */
const WHOLE =
  /^\/(?:|etc|usr(?:\/[^/]+)?|boot|var(?:\/(?:lib|log|cache|spool))?|home|root|s?bin|lib\w*|opt|srv|run)$/

/** The path itself where it is there, else the folder in which it was to be made: systemd passes over what is missing. */
async function writablePlace(host: Host, path: string): Promise<string | undefined> {
  if ((await host.stat(path).catch(() => undefined)) !== undefined) return path
  const folder = dirname(path)
  if (WHOLE.test(folder)) return undefined
  return (await host.stat(folder).catch(() => undefined)) === undefined ? undefined : folder
}

async function completedOne(host: Host, remedy: Remedy): Promise<Remedy[]> {
  if (remedy.kind === 'exec-path') {
    const interpreters = await interpretersOf(host, remedy.path)
    return [remedy, ...interpreters.map((found): Remedy => ({ kind: 'exec-path', path: found }))]
  }
  if (remedy.kind !== 'read-write-path') return [remedy]
  const path = await writablePlace(host, remedy.path)
  return path === undefined ? [] : [{ ...remedy, path }]
}

/**
 * The remedies as a unit can have them: each place by a path that is there, or not at all, and a script with its
 * interpreter, whose refusal the kernel reports as the script's.
 */
export async function completed(host: Host, remedies: readonly Remedy[]): Promise<Remedy[]> {
  const all = await Promise.all(remedies.map((remedy) => completedOne(host, remedy)))
  return [...new Map(all.flat().map((remedy) => [remedyId(remedy), remedy])).values()]
}

/** What a screen tells of a failure. */
export interface Failure {
  reason: string
  journal: string[]
  remedies: readonly Remedy[]
  undone: string[]
  /** It broke in a clone only. */
  mayInsist: boolean
  /** It broke on the live service: trials that a search for the row takes at most. */
  maySearch?: number
}

/** Shows why it failed and asks what now: the work to go on with, or where to go. */
export async function afterFailure(
  context: WalkContext,
  work: StageWork,
  failure: Failure,
): Promise<StageWork | 'skip' | 'stop' | 'insist' | 'search'> {
  const { dispatch, intents, signal } = context
  const { reason, journal, undone, mayInsist, maySearch } = failure
  const useful = failure.remedies.filter((remedy) => relax(work, [remedy]) !== undefined)
  const relaxations = useful.map((remedy) => ({
    id: remedyId(remedy),
    text: remedyText(remedy, work.facts.syscallGroups),
    precise: isPrecise(remedy),
  }))
  const { stage } = work
  const search = maySearch === undefined ? {} : { maySearch }
  dispatch({
    type: 'phase',
    phase: { at: 'failed', stage, reason, journal, undone, relaxations, mayInsist, ...search },
  })
  const wanted = [
    'relax',
    'choose-again',
    'skip-stage',
    'stop',
    ...(mayInsist ? (['insist'] as const) : []),
    ...(maySearch !== undefined ? (['search'] as const) : []),
  ] as const
  const intent = await intents.oneOf(signal, wanted)
  if (intent === undefined || intent.do === 'stop') return 'stop'
  if (intent.do === 'skip-stage') return 'skip'
  if (intent.do === 'insist' || intent.do === 'search') return intent.do
  if (intent.do === 'choose-again') return work
  const chosen = useful.filter((remedy) => intent.ids.includes(remedyId(remedy)))
  return relax(work, chosen) ?? work
}
