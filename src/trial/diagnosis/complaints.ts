import { orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import type { Facts } from '../../observe/facts.ts'
import { unitJournal } from '../../systemd/log/journal.ts'

/** What the kernel's refusals look like in a service's own words: strerror(3) of EPERM, EACCES, EROFS, EAFNOSUPPORT, ENOSYS. */
const REFUSED =
  /operation not permitted|permission denied|read-only file system|address family not supported|function not implemented|bad system call/i

const MAX_FILES = 20
const MAX_LINES = 6
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

/** The same complaint twice differs in times, pids and ports. */
export function withoutNumbers(line: string): string {
  return line.replaceAll(/\d+/g, '#').trim()
}

/** Refusals that the service logged since `marks` and `since` (epoch ms), in its logs and in the journal. */
export async function complaintsSince(
  host: Host,
  unit: string,
  marks: LogMarks,
  since: number,
): Promise<string[]> {
  const grown = await Promise.all([...marks].map(([path, from]) => grownPart(host, path, from)))
  const journal = (await unitJournal(host, unit, since)).map(({ message }) => message)
  const lines = [...grown.flat(), ...journal].filter((line) => REFUSED.test(line))
  return [...new Map(lines.map((line) => [withoutNumbers(line), line])).keys()].slice(0, MAX_LINES)
}
