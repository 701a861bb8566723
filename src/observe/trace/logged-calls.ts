import type { SeccompRecord } from '../../systemd/log/audit.ts'
import type { ProcessFacts, SocketFacts } from '../facts.ts'
import { type Learned, type LearnedCall, type LearnedFile, type Sighting, Sightings } from './learned.ts'
import { type LearnedFacts, type LearnedOn, learnedFacts } from './learned-facts.ts'

/** Phases of live learning: the one start for it, and everything after. */
const LIVE_START = 'live start'
const LIVE_TRAFFIC = 'live traffic'

export function isLive({ phase }: Pick<Sighting, 'phase'>): boolean {
  return phase === LIVE_START || phase === LIVE_TRAFFIC
}

/** One look at /proc. */
export interface Look {
  processes: readonly ProcessFacts[]
  sockets: readonly SocketFacts[]
}

type Seen = Pick<Learned, 'calls' | 'files' | 'sockets' | 'acts' | 'bits32'>

const NOTHING: Seen = { calls: [], files: [], sockets: [], acts: [], bits32: false }

const SOCKET_TYPES: Partial<Record<SocketFacts['type'], string>> = {
  stream: 'SOCK_STREAM',
  datagram: 'SOCK_DGRAM',
  seqpacket: 'SOCK_SEQPACKET',
  raw: 'SOCK_RAW',
}

/** The child of PID 1 sets up the rest of the sandbox after the log: these calls do not belong to the service. */
const SETTING_UP = /\/systemd(?:-executor)?$/

/** AUDIT_ARCH_…: __AUDIT_ARCH_64BIT of linux/audit.h. */
function isOf32Bits(arch: string): boolean {
  const number = Number.parseInt(arch, 16)
  return !Number.isNaN(number) && (number & 0x80000000) === 0
}

/** Records of calls that were let through and logged; a killed one has a signal. */
export function loggedCalls(records: readonly SeccompRecord[]): SeccompRecord[] {
  return records.filter(({ signal, exe }) => signal === 0 && !SETTING_UP.test(exe))
}

/** The calls of these records; a call without a known name gets its number. */
export function callsSeen(records: readonly SeccompRecord[], startedBy: number): Seen {
  const calls = new Sightings<LearnedCall>()
  for (const { name, exe, comm, time } of records) {
    const phase = time < startedBy ? LIVE_START : LIVE_TRAFFIC
    calls.add(name, () => ({ name, sightings: [] }), { program: exe || comm, phase, count: 1 })
  }
  return { ...NOTHING, calls: calls.list(), bits32: records.some(({ arch }) => isOf32Bits(arch)) }
}

/** New facts of one look compared with an earlier one, `before`. */
export function seenSince(before: Look, now: Look): Seen {
  const [known, found] = [seenIn(before), seenIn(now)]
  const files = found.files.flatMap((file) => {
    const old = known.files.find(({ path }) => path === file.path)?.uses ?? []
    const uses = file.uses.filter((use) => !old.includes(use))
    return uses.length === 0 ? [] : [{ ...file, uses }]
  })
  const socketKey = ({ family, type }: { family: string; type: string }) => `${family} ${type}`
  const sockets = new Set(known.sockets.map(socketKey))
  const memory = new Set(known.acts.flatMap(({ sightings }) => sightings.map(({ program }) => program)))
  return {
    ...NOTHING,
    files,
    sockets: found.sockets.filter((socket) => !sockets.has(socketKey(socket))),
    acts: found.acts.filter(({ sightings }) => sightings.some(({ program }) => !memory.has(program))),
  }
}

function seenIn({ processes, sockets }: Look): Seen {
  const files = new Sightings<LearnedFile>()
  const acts = new Sightings<Learned['acts'][number]>()
  const use = (path: string, program: string, as: LearnedFile['uses'][number]) => {
    const by = { program, phase: LIVE_TRAFFIC, count: 1 }
    const file = files.add(path, () => ({ path, uses: [], sightings: [] }), by)
    if (file && !file.uses.includes(as)) file.uses.push(as)
  }
  for (const { executable, libraries, openFiles, executableMemory } of processes) {
    if (executable !== '') use(executable, executable, 'execute')
    for (const path of libraries) use(path, executable, 'map')
    for (const { path, kind, writable, deleted } of openFiles)
      if (kind === 'file' && writable && !deleted) use(path, executable, 'write')
    if (executableMemory.length > 0) {
      const act = { kind: 'write-execute', detail: '', call: '', sure: true } as const
      const by = { program: executable, phase: LIVE_TRAFFIC, count: 1 }
      acts.add('write-execute', () => ({ ...act, sightings: [] }), by)
    }
  }
  return { ...NOTHING, files: files.list(), acts: acts.list(), sockets: socketsIn(processes, sockets) }
}

/** A socket that PID 1 made, and a connection that came in on it, took no call to socket(2) of the service's. */
function socketsIn(processes: Look['processes'], sockets: readonly SocketFacts[]): Learned['sockets'] {
  const place = ({ family, address, port }: SocketFacts) =>
    `${family} ${family === 'AF_UNIX' ? address : port}`
  const given = new Set(sockets.filter(({ heldBySystemd }) => heldBySystemd).map(place))
  const found = new Sightings<Learned['sockets'][number]>()
  for (const socket of sockets) {
    const type = SOCKET_TYPES[socket.type]
    const { family } = socket
    if (family === 'other' || type === undefined || given.has(place(socket))) continue
    for (const pid of socket.pids) {
      const program = processes.find((process) => process.pid === pid)?.executable ?? ''
      const by = { program, phase: LIVE_TRAFFIC, count: 1 }
      found.add(`${family} ${type}`, () => ({ family, type, sightings: [] }), by)
    }
  }
  return found.list()
}

/** Facts to merge with those of clones. A thing not seen here proves nothing, so they are never complete. */
export function liveFacts(seen: Seen, on: LearnedOn, unprivileged = false): LearnedFacts {
  const phases = [LIVE_TRAFFIC]
  const learned = {
    ...seen,
    phases,
    failed: [],
    waiting: [],
    identities: [],
    lines: 0,
    unread: 0,
    overflow: false,
  }
  return learnedFacts(learned, [], on, { cut: true, unprivileged })
}

/** What is new, each as a few words for a person; `by` is the program's name. */
export interface News {
  calls: { name: string; by: string }[]
  /** "AF_NETLINK SOCK_RAW" */
  sockets: string[]
  /** Paths of files that it writes. */
  files: string[]
  /** Paths of programs and libraries. */
  programs: string[]
  /** Programs with memory that is writable and executable. */
  memory: string[]
}

function names(sightings: readonly Sighting[]): string {
  return [...new Set(sightings.map(({ program }) => program.split('/').at(-1) || 'a process'))].join(', ')
}

/** The part of `found` that was unknown before. */
export function newsIn(known: LearnedFacts | undefined, found: LearnedFacts): News {
  const has = <One>(list: readonly One[] | undefined, same: (one: One) => boolean) =>
    list?.some(same) ?? false
  const paths = (key: 'changed' | 'executed') =>
    found[key].map(({ path }) => path).filter((path) => !has(known?.[key], (one) => one.path === path))
  return {
    calls: found.calls
      .filter(({ name }) => !has(known?.calls, (one) => one.name === name))
      .map(({ name, sightings }) => ({ name, by: names(sightings) })),
    sockets: found.sockets
      .filter(({ family, type }) => !has(known?.sockets, (one) => one.family === family && one.type === type))
      .map(({ family, type }) => `${family} ${type}`),
    files: paths('changed'),
    programs: paths('executed'),
    memory: has(known?.acts, ({ kind }) => kind === 'write-execute')
      ? []
      : found.acts.map(({ sightings }) => names(sightings)),
  }
}
