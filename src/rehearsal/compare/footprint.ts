import { isBelowAny, withoutDigits } from '../../host/paths.ts'
import { SETTINGS_AND_STATE, type WrittenEntry, type WrittenListing } from './overlay-diff.ts'

/** What the unhardened service leaves on disk each time that a clone plays it. */
export interface Footprint {
  /** Files and sockets that it writes in each part that begins with a start. */
  always: ReadonlySet<string>
  /** Everything that it made, wrote, changed or removed at least once, and is its own therefore. */
  ever: ReadonlySet<string>
}

/** What was there before the last change of an account, hardenctl's own among them: passwd(5), FILES. */
const EARLIER_ACCOUNTS = ['passwd', 'group', 'shadow', 'gshadow'].map((name) => `/etc/${name}-`)
/** Bookkeeping of the system, which follows no service; temporary files, which a private /tmp may hide or rename. */
const NOBODYS = [
  ...SETTINGS_AND_STATE,
  '/var/log/journal',
  '/var/log/wtmp',
  '/var/log/btmp',
  '/var/log/lastlog',
  ...EARLIER_ACCOUNTS,
]
const TEMPORARY = ['/tmp', '/var/tmp', '/dev/shm']
/** Files that may be deleted at any time: XDG Base Directory Specification, $XDG_CACHE_HOME. */
const CACHE = /\/\.cache\//

function isThere(entry: WrittenEntry | undefined): entry is WrittenEntry {
  return entry !== undefined && entry.kind !== 'gone'
}

/** Files, sockets and pipes that were made or written between two listings. */
function writtenIn(before: WrittenListing, after: WrittenListing): string[] {
  return [...after].flatMap(([path, entry]) => {
    if (!isThere(entry) || entry.kind === 'd' || entry.kind === 'l') return []
    const earlier = before.get(path)
    // A file that was only given to somebody has no data of its own in an upper layer.
    if (!isThere(earlier)) return entry.kind === 'f' && !entry.data ? [] : [path]
    return earlier.stamp === entry.stamp ? [] : [path]
  })
}

/** Paths that are other in any way, or only in one of the two. */
function changedIn(before: WrittenListing, after: WrittenListing): string[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter(
    (path) => before.get(path)?.changed !== after.get(path)?.changed,
  )
}

/** Whether anybody would miss the file. */
function isMissed(path: string): boolean {
  return !isBelowAny(path, [...TEMPORARY, ...NOBODYS]) && !CACHE.test(path)
}

/**
 * The footprint of a service out of listings of a clone, one before its first start and one after each part of its life.
 * `end`: the listing after it was used without a start.
 */
export function footprintOf(listings: readonly WrittenListing[], end?: WrittenListing): Footprint {
  const parts = listings.slice(1).map((after, index) => [listings[index] as WrittenListing, after] as const)
  const [first = new Set<string>(), ...others] = parts.map(
    ([before, after]) => new Set(writtenIn(before, after)),
  )
  const always = [...first].filter((path) => isMissed(path) && others.every((part) => part.has(path)))
  const last = listings.at(-1)
  const used = last && end ? [[last, end] as const] : []
  const ever = [...parts, ...used].flatMap(([before, after]) => changedIn(before, after)).map(withoutDigits)
  return { always: new Set(always), ever: new Set(ever) }
}

/** What stands apart in one trial. */
export interface Stray {
  path: string
  kind: 'unwritten' | 'gone' | 'given'
  /** One sentence. */
  text: string
}

export interface Played {
  /** Before the trial, once the service was stopped, and at its end. */
  before: WrittenListing
  stopped: WrittenListing | undefined
  after: WrittenListing
  /** Paths below /run and /tmp that were there before the service first started. */
  volatile: ReadonlySet<string>
  /** Directories that systemd makes for the unit and may remove. */
  managed: ReadonlySet<string>
  /** Paths whose owner the change sets. */
  planned: ReadonlySet<string>
}

/** Files that were made or written in this trial. */
export function written({ before, after }: Played): Set<string> {
  return new Set(writtenIn(before, after))
}

/** Files that the unhardened service writes at each start, and that were not written in this trial. */
export function unwritten(played: Played, { always }: Footprint): Stray[] {
  const now = written(played)
  return [...always].flatMap((path): Stray[] => {
    if (now.has(path)) return []
    return [{ path, kind: 'unwritten', text: `it does not write ${path}, which it writes unhardened` }]
  })
}

/** Whether something that was there before the service started is there no longer. */
function vanished(path: string, { before, volatile }: Played, now: WrittenListing): boolean {
  const [earlier, entry] = [before.get(path), now.get(path)]
  if (entry?.kind === 'gone') return earlier?.kind !== 'gone'
  return entry === undefined && volatile.has(path) && isThere(earlier)
}

/** Files of others that were removed in this trial, by the service or by systemd for it. */
export function removed(played: Played, { ever }: Footprint): Stray[] {
  const { before, stopped, after, managed } = played
  return [stopped, after].flatMap((now) => {
    if (now === undefined) return []
    return [...new Set([...before.keys(), ...now.keys()])].flatMap((path): Stray[] => {
      if (managed.has(path) || ever.has(withoutDigits(path)) || isBelowAny(path, NOBODYS)) return []
      if (!vanished(path, played, now)) return []
      return [{ path, kind: 'gone', text: `it removes ${path}, which it leaves alone unhardened` }]
    })
  })
}

/**
 * Files of others that got another owner or mode in this trial. `live`: owner ("0:0") and mode of a path on the live
 * host; undefined where it has none.
 */
export function given(
  played: Played,
  { ever }: Footprint,
  live: (path: string) => Pick<WrittenEntry, 'owner' | 'mode'> | undefined,
): Stray[] {
  const { before, after, managed, planned } = played
  return [...after].flatMap(([path, entry]): Stray[] => {
    if (!isThere(entry) || entry.kind === 'l' || planned.has(path) || managed.has(path)) return []
    if (ever.has(withoutDigits(path)) || isBelowAny(path, NOBODYS)) return []
    const earlier = before.get(path) ?? live(path)
    if (earlier === undefined || (earlier.owner === entry.owner && earlier.mode === entry.mode)) return []
    const text = `${path} gets owner ${entry.owner} and mode ${entry.mode}, which it leaves at ${earlier.owner} and ${earlier.mode} unhardened`
    return [{ path, kind: 'given', text }]
  })
}
