import { setTimeout as pause } from 'node:timers/promises'
import type { Host } from '../../host/host.ts'
import { invocationJournal, type JournalEntry, unitJournal } from '../../systemd/log/journal.ts'
import type { CheckAnswer, Listener } from '../health/baseline.ts'
import { isOfFamilies, kindOfLine, limitsFamilies } from './complaints.ts'
import { contentChanges } from './content-changes.ts'

/** Owner and mode of what leads to a service's sockets, by path. */
export type SocketMarks = ReadonlyMap<string, string>

const MAX_KINDS = 5
const NEW_LINE = 'a new kind of line in its log: '
/** PID 1's messages that it begins a start and that the unit is up: systemd.journal-fields(7), MESSAGE_ID. */
const STARTS = new Set(['7d4958e842da4a758f6c1cdc7b36dcc5', '39f53479d3a045ac8e11786248231fbf'])
/** Everybody's folders; they are no service's to change. */
const SHARED = new Set(['/', '/run', '/var', '/var/run', '/tmp', '/var/tmp'])

/** A socket and the folders above it, as far as they may be the service's. */
function leadingTo(path: string): string[] {
  const folder = path.slice(0, path.lastIndexOf('/')) || '/'
  return SHARED.has(folder) ? [path] : [...leadingTo(folder), path]
}

/** Owner and mode of each Unix socket of the service that has a path, and of the folders above it. */
export async function markSockets(host: Host, listeners: readonly Listener[]): Promise<SocketMarks> {
  const named = listeners.filter(({ family, address }) => family === 'AF_UNIX' && address.startsWith('/'))
  const paths = [...new Set(named.flatMap(({ address }) => leadingTo(address)))]
  const marks = await Promise.all(
    paths.map(async (path) => {
      const stat = await host.stat(path)
      return stat && ([path, `${stat.uid}:${stat.gid}, mode ${stat.mode.toString(8)}`] as const)
    }),
  )
  return new Map(marks.filter((mark) => mark !== undefined))
}

/** One line each that has another owner, group or mode; what is gone is health's to tell. */
export function socketChanges(before: SocketMarks, after: SocketMarks): string[] {
  return [...before].flatMap(([path, mark]) => {
    const now = after.get(path)
    return now === undefined || now === mark
      ? []
      : [`${path} belongs to ${now}; before the change to ${mark}: who used it may be locked out`]
  })
}

/**
 * Lines that the service itself wrote now and never before, one a kind. `before`: what was said by and of the invocation
 * before; where its start is no longer among it, nothing can be compared. `earlier`: what was said before that.
 */
export function newKinds(
  before: readonly JournalEntry[],
  earlier: readonly JournalEntry[],
  now: readonly JournalEntry[],
): string[] {
  if (!before.some(({ messageId }) => STARTS.has(messageId))) return []
  const known = new Set([...before, ...earlier].map(({ message }) => kindOfLine(message)))
  const own = now.filter(({ pid, message }) => pid !== 1 && message.trim() !== '')
  const fresh = own.filter(({ message }) => !known.has(kindOfLine(message)))
  const kinds = new Map(fresh.map(({ message }) => [kindOfLine(message), message.trim()]))
  return [...kinds.values()].slice(0, MAX_KINDS)
}

/** Milliseconds: a file may be written a little after the service answers. */
const PATIENCE_MS = 2000

/** Those of the files that nobody has written since `since` (epoch ms); what is gone counts too. */
async function unwrittenSince(host: Host, paths: readonly string[], since: number): Promise<string[]> {
  if (paths.length === 0) return []
  const after = `@${(since / 1000).toFixed(3)}`
  const argv = ['find', ...paths, '-maxdepth', '0', '-newermt', after, '-printf', '%p\\0']
  for (const until = performance.now() + PATIENCE_MS; ; await pause(250)) {
    const written = new Set((await host.run(argv)).stdout.split('\0'))
    const left = paths.filter((path) => !written.has(path))
    if (left.length === 0 || performance.now() > until) return left
  }
}

export interface Trialed {
  unit: string
  listeners: readonly Listener[]
  sockets: SocketMarks
  /** Invocations before and after the restart. */
  before: string
  after: string
  /** Epoch milliseconds of the restart. */
  since: number
  /** Files that each start writes unhardened. */
  files: readonly string[]
  /** What it answered before the first change, and now. */
  answers: { before: readonly CheckAnswer[]; now: readonly CheckAnswer[] }
}

/** What no check tells and yet is other than before the change: one line each, for the person who is asked to keep it. */
export async function odditiesOf(host: Host, trialed: Trialed): Promise<string[]> {
  const { unit, listeners, sockets, since, files, answers } = trialed
  const [before, now, all, unwritten] = await Promise.all([
    invocationJournal(host, trialed.before),
    invocationJournal(host, trialed.after),
    unitJournal(host, unit, 0),
    unwrittenSince(host, files, since),
  ])
  const earlier = all.filter(({ time }) => time / 1000 < since)
  return [
    ...socketChanges(sockets, await markSockets(host, listeners)),
    ...contentChanges(answers.before, answers.now),
    ...unwritten.map((path) => `${path} was not written, which a start does unhardened`),
    ...newKinds(before, earlier, now).map((line) => `${NEW_LINE}${line}`),
  ]
}

/** Of the words of a refusal, those that tell neither of a client nor of a kernel without IPv6. */
const OF_THE_SERVICE = /operation not permitted|permission denied|read-only file system|bad system call/i

/**
 * The first oddity that tells of something refused to the service. `keys`: the directives of the change; without a limit
 * on address families it is the kernel that has none.
 */
export function refusalAmong(oddities: readonly string[], keys: readonly string[]): string | undefined {
  const limits = limitsFamilies(keys)
  return oddities.find(
    (text) => text.startsWith(NEW_LINE) && (OF_THE_SERVICE.test(text) || (limits && isOfFamilies(text))),
  )
}
