import { orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { throughRun } from '../../host/paths.ts'
import type { Facts } from '../../observe/facts.ts'
import { unitJournal } from '../../systemd/log/journal.ts'
import { pidOf, type UnitSnapshot } from '../health/unit-snapshot.ts'

/** What the kernel's refusals look like in a service's own words: strerror(3) of EPERM, EACCES, EROFS, EAFNOSUPPORT, ENOSYS. */
const REFUSED =
  /operation not permitted|permission denied|access ?denied|read-only file system|address family not supported|function not implemented|bad system call/i

const MAX_FILES = 20
/** A log that grew by more than this is not read. */
const MAX_GROWTH = 1024 * 1024

/** Where each log of a service ended. */
export type LogMarks = ReadonlyMap<string, number>

export async function markLogs(host: Host, facts: Facts): Promise<LogMarks> {
  const files = facts.writable.filter(({ kind, from }) => kind === 'file' && from.includes('open'))
  const marks = await Promise.all(
    files.slice(0, MAX_FILES).map(async ({ path }) => [path, (await host.stat(path))?.size ?? 0] as const),
  )
  return new Map(marks)
}

async function grownPart(host: Host, path: string, from: number): Promise<string[]> {
  const size = (await host.stat(path).catch(orElse(undefined)))?.size ?? 0
  if (size <= from || size - from > MAX_GROWTH) return []
  const grown = await host.run(['tail', '-c', `+${from + 1}`, '--', path])
  return grown.stdout.split('\n')
}

/** The same sentence twice differs in times, pids and ports, and in the blanks that fill a column before a short one. */
export function withoutNumbers(line: string): string {
  return line.replaceAll(/ +(?= \d)|\d+/g, (found) => (found.startsWith(' ') ? '' : '#')).trim()
}

/** RFC 9562. Taken as a whole, since a short part of it may be no number: "b20c". */
const UUID = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi

/** The same line twice differs in times, pids, ports, addresses, and names made by chance. */
export function kindOfLine(line: string): string {
  const named = line.replaceAll(UUID, '#')
  return withoutNumbers(named.replaceAll(/\b(?:0x)?[0-9a-f]{6,}\b|\b(?=\w*\d)(?=\w*[a-z])\w{6,}\b/gi, '#'))
}

/** True if the line tells of something that the kernel refused. */
export function isRefusal(line: string): boolean {
  return REFUSED.test(line)
}

/** strerror(3) of EAFNOSUPPORT. */
const OF_FAMILIES = /address family not supported/i

/** Whether a line tells of a family of addresses that there is not, which only a limit on families can be blamed for. */
export function isOfFamilies(line: string): boolean {
  return OF_FAMILIES.test(line)
}

/** Whether directives of these keys limit the families of addresses. */
export function limitsFamilies(keys: readonly string[]): boolean {
  return keys.includes('RestrictAddressFamilies')
}

/** Absolute paths in a line; a date as 2026/11/26 is none. */
const NAMED_PATH = /(?<![\w/.])\/[^\s:'"(),;\]]+/g

/**
 * True if something was refused that the service needs. Of files that it wrote all the same, only the removal can have
 * been refused, or another owner.
 */
export function isHarm(line: string, writtenAllTheSame: (path: string) => boolean): boolean {
  if (!isRefusal(line)) return false
  const paths = (line.match(NAMED_PATH) ?? []).map((path) => throughRun(path.replace(/\.+$/, '')))
  return paths.length === 0 || !paths.every(writtenAllTheSame)
}

/** True if a line tells one of these pids: most logs do, as "[pid 12:tid 12]" or "srv[12]". */
export function tellsPid(line: string, pids: ReadonlySet<number>): boolean {
  return (line.match(/\d+/g) ?? []).some((number) => pids.has(Number(number)))
}

/**
 * Lines that the service itself wrote since `since` (epoch ms), by their kinds: all of those in the journal, and the
 * refusals in its own logs since `marks`. PID 1's words of the service are not its own. `ending`: an invocation and its
 * processes, whose lines are left out: the stop of a service with settings of its next start is no part of its life.
 */
export async function linesSince(
  host: Host,
  unit: string,
  marks: LogMarks,
  since: number,
  ending?: Pick<UnitSnapshot, 'invocation' | 'processes'>,
): Promise<Map<string, string>> {
  const grown = await Promise.all([...marks].map(([path, from]) => grownPart(host, path, from)))
  const ended = new Set((ending?.processes ?? []).map(pidOf))
  const own = grown.flat().filter((line) => isRefusal(line) && !tellsPid(line, ended))
  const journal = (await unitJournal(host, unit, since))
    .filter(
      ({ pid, fields }) =>
        pid !== 1 && (!ending?.invocation || fields._SYSTEMD_INVOCATION_ID !== ending.invocation),
    )
    .flatMap(({ message }) => message.split('\n'))
  const lines = [...own, ...journal].filter((line) => line.trim() !== '')
  return new Map(lines.map((line) => [kindOfLine(line), line.trim()]))
}
