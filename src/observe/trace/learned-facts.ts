import { isSettingsFile } from '../config/settings-file.ts'
import {
  CHANGING_USES,
  type FailedCall,
  type FileUse,
  type Learned,
  type LearnedAct,
  type LearnedCall,
  type LearnedFile,
  type LearnedIdentity,
  type LearnedSocket,
  Sightings,
} from './learned.ts'

/** The versions that a session learned with: its facts may be out of date when one of them changes. */
export interface LearnedOn {
  systemd: number
  kernel: string
  /** Version by package, of the packages that the service's programs are of. */
  packages: Record<string, string>
}

/** Facts from tracing in clones, of all sessions so far, that /proc does not show. Plain data, to be stored. */
export interface LearnedFacts {
  on: LearnedOn[]
  phases: string[]
  calls: LearnedCall[]
  /** The calls that it made when it started without root; absent if it never did. */
  unprivileged?: LearnedCall[]
  /** Files that it wrote, made, removed, or gave another owner or mode. */
  changed: LearnedFile[]
  /** Programs that it executed, and files that it mapped executable. */
  executed: LearnedFile[]
  /** Unix sockets of others that it connected to. */
  connected: LearnedFile[]
  /** Files that it read where a setting may hide them, homes, devices, /proc and /sys, and its configuration in /etc. */
  noted: LearnedFile[]
  sockets: LearnedSocket[]
  acts: LearnedAct[]
  /** Calls that failed in the clone without any hardening: no sign of trouble later. */
  failed: FailedCall[]
  /** Programs that it ran, and as whom; absent in what an older hardenctl stored. */
  identities?: LearnedIdentity[]
  bits32: boolean
  /** The trace was cut, or there was more than can be stored: a missing call proves less. */
  incomplete: boolean
}

/** A path that the upper layer of a clone shows, whoever wrote it. */
export interface WrittenPath {
  path: string
  uses: FileUse[]
}

/** Errors by which a sandbox refuses; the rest is for the parser's reader alone. */
const REFUSALS = new Set(
  'EPERM EACCES EROFS EAFNOSUPPORT ENOSYS EPROTONOSUPPORT ENETUNREACH EMFILE ENFILE ENOMEM SIGSYS'.split(' '),
)
const NOTED = /^\/(?:home|root|dev|proc|sys|run\/user|boot|etc)(?:\/|$)/
/** Paths that stay visible under every sandbox. */
const ALWAYS_VISIBLE =
  /^\/proc\/(?:self|thread-self|\d+)(?:\/|$)|^\/dev\/(?:null|zero|full|random|urandom|tty|ptmx|shm|pts|fd|std(?:in|out|err)|log)(?:\/|$)/

/** Under each sandbox it is there, and tells of other file systems: proc(5), /proc/pid/mounts. */
export const MOUNT_TABLE =
  /^\/etc\/mtab$|^\/proc\/(?:(?:self|thread-self|\d+)\/)?(?:mounts|mountinfo|mountstats)$/

function isNoted({ path }: LearnedFile): boolean {
  return MOUNT_TABLE.test(path) || (NOTED.test(path) && !ALWAYS_VISIBLE.test(path)) || isSettingsFile(path)
}

function changes({ uses, path }: LearnedFile): boolean {
  return path.startsWith('/') && uses.some((use) => CHANGING_USES.has(use)) && !ALWAYS_VISIBLE.test(path)
}

function withWritten(files: readonly LearnedFile[], written: readonly WrittenPath[]): LearnedFile[] {
  const traced = new Set(files.map(({ path }) => path))
  const untraced = written
    .filter(({ path }) => !traced.has(path))
    .map(({ path, uses }): LearnedFile => ({ path, uses: [...uses], sightings: [] }))
  return [...files, ...untraced].sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** The facts of one trace that hardening can use, with the changes in the clone's upper layer. */
export function learnedFacts(
  learned: Learned,
  written: readonly WrittenPath[],
  on: LearnedOn,
  how = { cut: false, unprivileged: false },
): LearnedFacts {
  const { phases, calls, files, sockets, acts, failed, identities, bits32 } = learned
  const using = (...uses: FileUse[]) => files.filter((file) => uses.some((use) => file.uses.includes(use)))
  return {
    on: [on],
    phases,
    calls,
    ...(how.unprivileged ? { unprivileged: calls } : {}),
    changed: withWritten(files.filter(changes), written),
    executed: using('execute', 'map'),
    connected: using('connect'),
    noted: using('read').filter(isNoted),
    sockets,
    acts,
    failed: failed.filter(({ error }) => REFUSALS.has(error)),
    identities,
    bits32,
    incomplete: how.cut || learned.overflow,
  }
}

type Entry = { sightings: LearnedCall['sightings'] }

function mergeEntries<One extends Entry>(
  earlier: readonly One[],
  later: readonly One[],
  keyOf: (one: One) => string,
): One[] {
  const merged = new Sightings<One>()
  for (const one of [...earlier, ...later]) {
    const make = (): One => ({ ...one, sightings: [] })
    merged.entry(keyOf(one), make)
    for (const by of one.sightings) merged.add(keyOf(one), make, by)
  }
  return merged.list()
}

function mergeFiles(earlier: readonly LearnedFile[], later: readonly LearnedFile[]): LearnedFile[] {
  const uses = new Map<string, Set<FileUse>>()
  for (const file of [...earlier, ...later])
    uses.set(file.path, new Set([...(uses.get(file.path) ?? []), ...file.uses]))
  const files = mergeEntries(earlier, later, ({ path }) => path)
  return files.map((file) => ({ ...file, uses: [...(uses.get(file.path) ?? [])] }))
}

function unique<One>(all: readonly One[]): One[] {
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()]
}

function failureKey({ name, error, path, needs }: FailedCall): string {
  return [name, error, path, ...(needs ?? [])].join(' ')
}

/** Merges the facts of two sessions: a right that was needed once counts as needed. */
export function mergeLearned(earlier: LearnedFacts | undefined, later: LearnedFacts): LearnedFacts {
  if (earlier === undefined) return later
  return {
    on: unique([...earlier.on, ...later.on]),
    phases: unique([...earlier.phases, ...later.phases]),
    calls: mergeEntries(earlier.calls, later.calls, ({ name }) => name),
    ...(earlier.unprivileged || later.unprivileged
      ? {
          unprivileged: mergeEntries(
            earlier.unprivileged ?? [],
            later.unprivileged ?? [],
            ({ name }) => name,
          ),
        }
      : {}),
    changed: mergeFiles(earlier.changed, later.changed),
    executed: mergeFiles(earlier.executed, later.executed),
    connected: mergeFiles(earlier.connected, later.connected),
    noted: mergeFiles(earlier.noted, later.noted),
    sockets: mergeEntries(earlier.sockets, later.sockets, ({ family, type, protocol }) =>
      [family, type, protocol].join(' '),
    ),
    acts: mergeEntries(earlier.acts, later.acts, ({ kind, detail, call, sure }) =>
      [kind, detail, call, sure].join(' '),
    ),
    failed: mergeEntries(earlier.failed, later.failed, failureKey),
    identities: unique([...(earlier.identities ?? []), ...(later.identities ?? [])]),
    bits32: earlier.bits32 || later.bits32,
    incomplete: earlier.incomplete && later.incomplete,
  }
}

/** Capabilities that its calls took, each with the calls; `sure` when one of them could not have gone without. */
export function capabilitiesUsed(
  learned: LearnedFacts,
): { name: string; sure: boolean; acts: LearnedAct[] }[] {
  const acts = learned.acts.filter(({ kind }) => kind === 'capability')
  return [...new Set(acts.map(({ detail }) => detail))].map((name) => {
    const own = acts.filter(({ detail }) => detail === name)
    return { name, sure: own.some(({ sure }) => sure), acts: own }
  })
}

/**
 * Calls that failed in a trial but not without it: the rights that the trial removed, refusals first. A use of a file
 * that never succeeded may only fail with another error: a missing file in a read-only folder cannot be removed either.
 */
export function newFailures(
  before: Pick<Learned, 'failed' | 'files'>,
  during: readonly FailedCall[],
): FailedCall[] {
  const same = new Set(before.failed.map(failureKey))
  const tried = new Set(before.failed.map(({ name, path }) => `${name} ${path}`))
  const used = new Set(before.files.map(({ path }) => path))
  const isKnown = (one: FailedCall) =>
    same.has(failureKey(one)) ||
    (one.path !== undefined && !used.has(one.path) && tried.has(`${one.name} ${one.path}`))
  const rank = ({ error }: FailedCall) => (error === 'SIGSYS' ? 0 : REFUSALS.has(error) ? 1 : 2)
  return during.filter((one) => one.error === 'SIGSYS' || !isKnown(one)).sort((a, b) => rank(a) - rank(b))
}
