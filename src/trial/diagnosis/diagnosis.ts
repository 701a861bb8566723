import { type Remedy, remedyId } from '../../catalog/common/remedy.ts'
import type { Directive } from '../../catalog/common/types.ts'
import { CATALOG } from '../../catalog/index.ts'
import type { JournalEntry } from '../../systemd/log/journal.ts'
import { isRefusal } from './complaints.ts'
import { EXIT_MEANINGS, exitMeaning } from './exit-codes.ts'
import type { FailureEvidence } from './failure-evidence.ts'
import { byExit, bySigns, directivesSet, type ProcessEnd } from './suspects.ts'
import { SYMPTOMS } from './symptoms.ts'

export interface Diagnosis {
  reason: string
  journal: string[]
  /** Most likely first. */
  remedies: Remedy[]
}

const MAX_JOURNAL_LINES = 6
const WARNING = 4
const TELLING =
  /denied|not permitted|read-only|no such|cannot|can't|could not|couldn't|unable|fail|error|fatal|refus|not supported|bad system call|emerg|abort|killed|exited on signal/i

/** Lines that say something went wrong, the last ones, without repeats. */
function tellingLines(journal: readonly JournalEntry[]): string[] {
  const all = journal.filter(({ message, priority }) => priority <= WARNING || TELLING.test(message))
  // PID 1 only repeats that the start failed, which would push out the service's own lines.
  const own = all.filter(({ identifier }) => identifier !== 'systemd')
  const telling = own.length > 0 ? own : all
  const lines = telling.map(({ identifier, message }) => `${identifier}: ${message.split('\n')[0]}`)
  return [...new Set(lines)].slice(-MAX_JOURNAL_LINES)
}

/** How it ended: the main process, or if it never started, the start script, which only the log of PID 1 shows. */
function exitOf({ last, journal }: FailureEvidence): ProcessEnd | undefined {
  if (last === undefined) return undefined
  if (last.exitCode !== 0) return { code: last.exitCode, status: last.exitStatus }
  const script = /Control process exited, code=exited, status=(\d+)\//
  const status = journal.flatMap(({ message }) => script.exec(message)?.[1] ?? []).at(-1)
  return status !== undefined && Number(status) in EXIT_MEANINGS
    ? { code: 1, status: Number(status) }
    : undefined
}

/** A line that systemd ignores is useless in the drop-in. */
function byIgnoredSettings({ reasons }: FailureEvidence): Remedy[] {
  const keys = reasons.flatMap((reason) => (reason.kind === 'settings' ? reason.keys : []))
  return keys.map((key) => ({ kind: 'drop', key }))
}

function reasonLine(evidence: FailureEvidence): string {
  const { reasons, last } = evidence
  const main = reasons[0]?.text ?? 'the service is not healthy'
  const end = last && last.active !== 'active' ? exitOf(evidence) : undefined
  const exit = end && exitMeaning(end.code, end.status)
  const ended = exit === undefined ? main : `${main}: ${exit}`
  const died = last && (last.active !== 'active' || reasons[0]?.kind === 'restarting')
  const said = died ? lastWords(evidence.journal) : undefined
  return said === undefined ? ended : `${ended}; its log says: ${said}`
}

/**
 * The service's own last line of what was refused to it, which says more than the one after it that it gives up; or else
 * about a failure, or its last line. PID 1 only counts failures.
 */
export function lastWords(journal: readonly JournalEntry[]): string | undefined {
  const own = journal.filter(({ identifier }) => identifier !== 'systemd')
  const telling = own.filter(({ message }) => TELLING.test(message))
  const refused = own.findLast(({ message }) => isRefusal(message))
  return (refused ?? telling.at(-1) ?? own.at(-1))?.message.split('\n')[0]
}

/** From symptom to suspects. Pure: the same evidence names the same remedies. */
export function diagnose(evidence: FailureEvidence, catalog: readonly Directive[] = CATALOG): Diagnosis {
  const set = directivesSet(catalog, evidence.assignments)
  const found = [
    ...byIgnoredSettings(evidence),
    ...SYMPTOMS.flatMap(({ read }) => read(evidence)),
    ...bySigns(set, evidence),
    ...byExit(set, exitOf(evidence)),
  ]
  const unique = new Map(found.map((remedy) => [remedyId(remedy), remedy]))
  return {
    reason: reasonLine(evidence),
    journal: tellingLines(evidence.journal),
    remedies: [...unique.values()],
  }
}
