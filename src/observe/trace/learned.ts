import { enumerated } from '../../host/enumerated.ts'
/** Who was seen, when, and how often. */
export interface Sighting {
  /** Path of the program as it was executed, so a script by its own name; "" when its start was not seen. */
  program: string
  phase: string
  count: number
}

export interface LearnedCall {
  name: string
  sightings: Sighting[]
}

/**
 * create: opened with O_CREAT, made, or linked; owner, mode, attributes: set; map: mapped executable; connect: a Unix
 * socket that it talks to.
 */
export type FileUse =
  | 'read'
  | 'write'
  | 'create'
  | 'remove'
  | 'owner'
  | 'mode'
  | 'attributes'
  | 'execute'
  | 'map'
  | 'connect'

/** Uses that fail on a read-only file system. */
export const CHANGING_USES: ReadonlySet<FileUse> = new Set([
  'write',
  'create',
  'remove',
  'owner',
  'mode',
  'attributes',
])

export interface LearnedFile {
  path: string
  uses: FileUse[]
  sightings: Sighting[]
}

export interface LearnedSocket {
  /** AF_INET */
  family: string
  /** SOCK_STREAM */
  type: string
  /** NETLINK_NETFILTER; told of netlink sockets alone, whose protocols are as unlike as families. */
  protocol?: string
  sightings: Sighting[]
}

/**
 * An act that a sandbox setting would forbid. `detail` of a capability is its name, of a namespace its kind as in
 * RestrictNamespaces=, of a privileged program (setuid or setgid) its path, else the argument of the call.
 */
export interface LearnedAct {
  kind:
    | 'capability'
    | 'write-execute'
    | 'namespace'
    | 'realtime'
    | 'suid'
    | 'personality'
    | 'hostname'
    | 'keyring'
    | 'privileged'
    | 'mount'
  detail: string
  call: string
  /** False if the call needs it only in some cases, which the trace does not show. */
  sure: boolean
  sightings: Sighting[]
}

export interface FailedCall {
  name: string
  /** EPERM; for a call that a filter punished, the signal: SIGSYS. */
  error: string
  path?: string
  /** The right that may be missing, if the call shows it: "cap_chown", "AF_INET6", or a kind of LearnedAct. */
  needs?: string[]
  sightings: Sighting[]
}

/** A call that had begun and not come back when the trace ended. */
export interface WaitingCall {
  program: string
  name: string
  path?: string
}

/** A program of the service, and the user that it acted as; one entry for each pair that was seen. */
export interface LearnedIdentity {
  program: string
  uid: number
}

/** All facts of one trace of a service. Plain data. */
export interface Learned {
  phases: string[]
  calls: LearnedCall[]
  files: LearnedFile[]
  sockets: LearnedSocket[]
  acts: LearnedAct[]
  failed: FailedCall[]
  waiting: WaitingCall[]
  /** In the order in which they were first seen. */
  identities: LearnedIdentity[]
  /** A process ran in 32 bit mode. */
  bits32: boolean
  /** Lines of the service's processes, and those of all that could not be read. */
  lines: number
  unread: number
  /** More files or failed calls than are remembered. */
  overflow: boolean
}

/** Entries with a key of their own, and who was seen at each. */
export class Sightings<Entry extends { sightings: Sighting[] }> {
  readonly #entries = new Map<string, Entry>()
  readonly #most: number
  overflow = false

  constructor(most = Number.POSITIVE_INFINITY) {
    this.#most = most
  }

  /** The entry of a key, made where there is none; undefined when there are too many others. */
  entry(key: string, make: () => Entry): Entry | undefined {
    const known = this.#entries.get(key)
    if (known !== undefined) return known
    if (this.#entries.size >= this.#most) {
      this.overflow = true
      return undefined
    }
    const made = make()
    this.#entries.set(key, made)
    return made
  }

  /** The entry with one more sighting. */
  add(key: string, make: () => Entry, by: Sighting): Entry | undefined {
    const entry = this.entry(key, make)
    if (entry === undefined) return undefined
    const same = entry.sightings.find(({ program, phase }) => program === by.program && phase === by.phase)
    if (same) same.count += by.count
    else entry.sightings.push({ ...by })
    return entry
  }

  /** In the order of their keys. */
  list(): Entry[] {
    return [...this.#entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry)
  }
}

/** The same with each file by another path; what then is one file is told once. */
export function withPaths(learned: Learned, pathOf: (path: string) => string): Learned {
  const files = new Sightings<LearnedFile>()
  for (const { path, uses, sightings } of learned.files) {
    const named = pathOf(path)
    const make = () => ({ path: named, uses: [], sightings: [] })
    const file = files.entry(named, make)
    if (file) file.uses = [...new Set([...file.uses, ...uses])]
    for (const by of sightings) files.add(named, make, by)
  }
  const failed = learned.failed.map((one) =>
    one.path === undefined ? one : { ...one, path: pathOf(one.path) },
  )
  return { ...learned, files: files.list(), failed }
}

/** "3 times, by chown, at start": how often, by whom and when. */
export function timesText(sightings: readonly Sighting[]): string {
  const times = sightings.reduce((sum, { count }) => sum + count, 0)
  return `${times === 1 ? 'once' : `${times} times`}, by ${sightingsText(sightings)}`
}

/** "chown, at start; sh, at start and reload": who and when, for a sentence. */
export function sightingsText(sightings: readonly Sighting[], most = 3): string {
  const programs = new Map<string, string[]>()
  for (const { program, phase } of sightings) {
    const name = program.split('/').at(-1) || 'a process'
    const phases = programs.get(name) ?? []
    if (!phases.includes(phase)) phases.push(phase)
    programs.set(name, phases)
  }
  const parts = [...programs].map(([name, phases]) => `${name}, at ${enumerated(phases)}`)
  return [...parts.slice(0, most), ...(parts.length > most ? [`${parts.length - most} more`] : [])].join('; ')
}
