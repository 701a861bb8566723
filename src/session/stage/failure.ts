import { valueText } from '../../catalog/common/ladder.ts'
import { missingText, type Remedy, remedyId, remedyText } from '../../catalog/common/remedy.ts'
import type { Proposed } from '../../catalog/common/types.ts'
import type { Host } from '../../host/host.ts'
import type { Facts } from '../../observe/facts.ts'
import { invocationJournal, type JournalEntry, unitJournal } from '../../systemd/log/journal.ts'
import { completeRemedies } from '../../trial/diagnosis/complete-remedies.ts'
import { type Diagnosis, diagnose } from '../../trial/diagnosis/diagnosis.ts'
import type { Failed } from '../../trial/transaction/trial.ts'
import type { Oddity } from '../proof/clone-oddities.ts'
import { isPrecise, relax } from '../proof/loosen.ts'
import type { WalkContext } from '../walk/context.ts'
import type { Relaxation } from '../walk/rows.ts'
import { predicted, type StageWork, tickedInOrder } from './stage-work.ts'

/**
 * The log lines since the trial's restart. A service that died and was restarted gave its reason in an earlier
 * invocation; lines from before the trial are not read.
 */
async function journalOf(host: Host, { report, trial }: Failed): Promise<JournalEntry[]> {
  const last = report?.last
  const invocation = last?.invocation ?? ''
  const again = last !== undefined && (last.restarts > 0 || last.sub === 'auto-restart')
  if (again || last?.result === 'start-limit-hit') {
    const all = await unitJournal(host, trial.unit, trial.since)
    const ids = ['_SYSTEMD_INVOCATION_ID', 'INVOCATION_ID']
    return all.filter(({ fields }) => ids.every((id) => fields[id] !== trial.before.invocation))
  }
  return invocation === trial.before.invocation ? [] : await invocationJournal(host, invocation)
}

/** A line of a log that is no journal's. */
function asEntry(message: string): JournalEntry {
  return { time: 0, message, messageId: '', identifier: '', pid: 0, priority: 6, fields: {} }
}

/** What else is known of a failed trial. */
interface Known {
  /** The host that the trial is for; absent: the one where it failed. */
  appliedTo?: Host
  /** What was other than unhardened. */
  oddities?: readonly Pick<Oddity, 'line' | 'remedies'>[]
}

/** Why a trial failed on `host`, from its log lines alone. */
export async function diagnosisOf(
  host: Host,
  facts: Facts,
  failed: Failed,
  { appliedTo = host, oddities = [] }: Known = {},
): Promise<Diagnosis> {
  const { report, reasons, trial } = failed
  const said = oddities.flatMap(({ line }) => (line === undefined ? [] : [asEntry(line)]))
  // The lines that tell it are known then, and are no more than those.
  const journal = oddities.length > 0 ? said : await journalOf(host, failed)
  const found = diagnose({
    reasons,
    last: report?.last,
    journal,
    records: report?.records ?? [],
    assignments: trial.assignments,
    capabilities: (facts.unit.properties.CapabilityBoundingSet?.[0] ?? '').split(' '),
    groups: facts.syscallGroups,
  })
  const remedies = [...oddities.flatMap((one) => one.remedies), ...found.remedies]
  return { ...found, remedies: await completeRemedies(host, remedies, appliedTo) }
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

/** What a remedy would do to the stage, for the person to choose; undefined if it would change nothing. */
export function relaxationOf(work: StageWork, remedy: Remedy): Relaxation | undefined {
  const relaxed = relax(work, [remedy])
  if (relaxed === undefined) return undefined
  const needed = missingText(remedy)
  // A value that the command line asked for is not changed: its row goes.
  const lost = tickedInOrder(work).filter((id) => !relaxed.ticked.has(id))
  const named = lost.map((id) => `${id}=${valueText(work.current.get(id) as Proposed)}`)
  const text =
    isPrecise(remedy) && named.length > 0
      ? `leave out ${named.join(' and ')}`
      : remedyText(remedy, work.facts.syscallGroups)
  const cost = predicted(relaxed) - predicted(work)
  return { id: remedyId(remedy), text, precise: isPrecise(remedy), cost, ...(needed && { needed }) }
}

/** Shows why it failed and asks what to do next: the work to continue with, or where to go. */
export async function afterFailure(
  context: WalkContext,
  work: StageWork,
  failure: Failure,
): Promise<StageWork | 'skip' | 'stop' | 'insist' | 'search'> {
  const { reason, journal, undone, mayInsist, maySearch } = failure
  const relaxations = failure.remedies.flatMap((remedy) => relaxationOf(work, remedy) ?? [])
  const { stage } = work
  const search = maySearch === undefined ? {} : { maySearch }
  const phase = { at: 'failed', stage, reason, journal, undone, relaxations, mayInsist, ...search } as const
  const wanted = [
    'relax',
    'choose-again',
    'skip-stage',
    'stop',
    ...(mayInsist ? (['insist'] as const) : []),
    ...(maySearch !== undefined ? (['search'] as const) : []),
  ] as const
  const intent = await context.ask(phase, wanted)
  if (intent === undefined || intent.do === 'stop') return 'stop'
  if (intent.do === 'skip-stage') return 'skip'
  if (intent.do === 'insist' || intent.do === 'search') return intent.do
  if (intent.do === 'choose-again') return work
  const chosen = failure.remedies.filter((remedy) => intent.ids.includes(remedyId(remedy)))
  return relax(work, chosen) ?? work
}
