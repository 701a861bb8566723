import { syscallName } from '../../systemd/syscalls/syscall-numbers.ts'
import {
  type FailedCall,
  type Learned,
  type LearnedAct,
  type LearnedCall,
  type LearnedFile,
  type LearnedIdentity,
  type LearnedSocket,
  type Sighting,
  Sightings,
  type WaitingCall,
} from './learned.ts'
import { parseStraceLine, splitArguments } from './strace-line.ts'
import { decorationOf, errnoOf, numberOf } from './strace-values.ts'
import { type Act, actsOf } from './traced-acts.ts'
import { pathOfFailure, usedFiles } from './traced-files.ts'
import { type AttributedCall, type TracedOptions, TracedProcesses } from './traced-processes.ts'

/** A web server with a big tree of files has many; more files tell nothing new about the places. */
const MAX_FILES = 20_000
const MAX_FAILED = 5000
/** Errors that are part of an ordinary day and never a refusal. */
const ORDINARY = new Set([
  'EAGAIN',
  'EINTR',
  'EINPROGRESS',
  'ETIMEDOUT',
  'ECHILD',
  'ENOTTY',
  'ESPIPE',
  'ERESTARTSYS',
])
/** Their result is what the interrupted call would have returned. */
const RETURNS = new Set(['rt_sigreturn', 'sigreturn', 'restart_syscall'])
const SIGNALS = new Set(['kill', 'tkill', 'tgkill', 'rt_sigqueueinfo'])

/** Only a file's owner may do so, or CAP_FOWNER: capabilities(7). */
const OWNERS_ALONE = new Set('chmod fchmod fchmodat fchmodat2 utime utimes utimensat'.split(' '))

const AUDIT_ARCH: Readonly<Record<string, string>> = { x86_64: 'c000003e', aarch64: 'c00000b7' }

function needsOf({ name, args, process }: AttributedCall, error: string): string[] {
  if (error === 'EAFNOSUPPORT' && name === 'socket') return splitArguments(args).slice(0, 1)
  if (error !== 'EPERM' && error !== 'EACCES') return []
  if (error === 'EPERM' && OWNERS_ALONE.has(name)) return ['cap_fowner']
  const acts = actsOf({ name, args, result: '' }, process.uid)
  return [...new Set(acts.map(({ kind, detail }) => (kind === 'capability' ? detail : kind)))]
}

/**
 * Reads the output of `strace -f -y` piece by piece and collects facts about the service. Takes any text: unreadable
 * lines are counted and left out.
 */
export class Trace {
  readonly #processes: TracedProcesses
  readonly #arch: string
  readonly #calls = new Sightings<LearnedCall>()
  readonly #files = new Sightings<LearnedFile>(MAX_FILES)
  readonly #sockets = new Sightings<LearnedSocket>()
  readonly #acts = new Sightings<LearnedAct>()
  readonly #failed = new Sightings<FailedCall>(MAX_FAILED)
  readonly #phases: string[] = []
  readonly #identities = new Map<string, LearnedIdentity>()
  /** "socket:[8045]" → AF_INET, by which a later call on it is judged. */
  readonly #families = new Map<string, string>()
  #partial = ''
  #lines = 0
  #unread = 0
  #bits32 = false

  constructor(options: TracedOptions = {}) {
    this.#processes = new TracedProcesses(options)
    this.#arch = AUDIT_ARCH[options.architecture ?? 'x86_64'] ?? ''
  }

  /** Takes text that was written during one phase; a line may be cut anywhere between two pieces. */
  feed(text: string, phase: string): void {
    if (!this.#phases.includes(phase)) this.#phases.push(phase)
    const whole = this.#partial + text
    let from = 0
    for (let end = whole.indexOf('\n'); end >= 0; end = whole.indexOf('\n', from)) {
      this.#line(whole.slice(from, end), phase)
      from = end + 1
    }
    this.#partial = whole.slice(from)
  }

  /** What the trace tells so far; more may be fed afterwards. */
  learned(): Learned {
    const phase = this.#phases.at(-1) ?? ''
    if (this.#partial !== '') this.#line(this.#partial, phase)
    this.#partial = ''
    for (const call of this.#processes.rest()) this.#record(call, phase)
    return {
      phases: [...this.#phases],
      calls: this.#calls.list(),
      files: this.#files.list(),
      sockets: this.#sockets.list(),
      acts: this.#acts.list(),
      failed: this.#failed.list(),
      waiting: this.#waiting(),
      identities: [...this.#identities.values()],
      bits32: this.#bits32,
      lines: this.#lines,
      unread: this.#unread,
      overflow: this.#files.overflow || this.#failed.overflow,
    }
  }

  #waiting(): WaitingCall[] {
    const own = this.#processes.underWay().filter(({ process }) => process.ofService)
    return own.map((call) => {
      const held = decorationOf(splitArguments(call.args)[0] ?? '')
      const asked = pathOfFailure(call, call.process.workingDirectory)
      const path = asked ?? (held?.startsWith('/') ? held : undefined)
      const { program } = call.process
      return { program, name: this.#nameOf(call.name), ...(path === undefined ? {} : { path }) }
    })
  }

  #line(text: string, phase: string): void {
    if (text === '') return
    const line = parseStraceLine(text)
    if (line === undefined) {
      this.#unread += 1
      return
    }
    if (line.kind === 'personality' && line.bits !== 64) this.#bits32 = true
    for (const call of this.#processes.follow(line)) this.#record(call, phase)
  }

  #record(call: AttributedCall, phase: string): void {
    const { process, result, killedBy } = call
    if (!process.ofService) return
    this.#lines += 1
    this.#identify(call)
    const by: Sighting = { program: process.program, phase, count: 1 }
    const name = this.#nameOf(call.name)
    this.#calls.add(name, () => ({ name, sightings: [] }), by)
    const error = killedBy ?? errnoOf(result)
    if (error !== undefined) this.#fail(call, name, error, by)
    else if (!result.startsWith('?')) this.#succeed(call, name, by)
  }

  /** Between fork and execve a child is still the manager's program. */
  #identify({ name, process: { program, uid } }: AttributedCall): void {
    if (uid === undefined || program === '' || name.startsWith('exec')) return
    const key = `${uid} ${program}`
    if (this.#identities.size < MAX_FILES && !this.#identities.has(key))
      this.#identities.set(key, { program, uid })
  }

  #succeed(call: AttributedCall, name: string, by: Sighting): void {
    const { process } = call
    for (const { path, uses } of usedFiles(call, process.workingDirectory)) {
      const file = this.#files.add(path, () => ({ path, uses: [], sightings: [] }), by)
      for (const use of uses) if (file && !file.uses.includes(use)) file.uses.push(use)
    }
    if (name === 'socket') {
      this.#socket(call, by)
    }
    for (const { kind, detail, sure } of [...this.#actsOf(call), ...this.#signals(call)]) {
      const key = `${kind} ${detail} ${name} ${sure}`
      this.#acts.add(key, () => ({ kind, detail, call: name, sure, sightings: [] }), by)
    }
  }

  #socket({ args, result }: AttributedCall, by: Sighting): void {
    const [family = '', type = '', protocol = ''] = splitArguments(args)
    const bare = type.split('|')[0] ?? ''
    const more = family === 'AF_NETLINK' && protocol !== '' ? { protocol } : {}
    const make = () => ({ family, type: bare, ...more, sightings: [] })
    this.#sockets.add([family, bare, more.protocol].join(' '), make, by)
    const name = decorationOf(result)
    if (name !== undefined && this.#families.size < MAX_FILES) this.#families.set(name, family)
  }

  /**
   * Every notification to systemd asks for a larger buffer on an AF_UNIX socket; only a request on a network socket is
   * real.
   */
  #actsOf(call: AttributedCall): Act[] {
    const acts = actsOf(call, call.process.uid)
    if (call.name !== 'setsockopt') return acts
    const family = this.#families.get(decorationOf(splitArguments(call.args)[0] ?? '') ?? '') ?? ''
    return family.startsWith('AF_INET') ? acts.map((act) => ({ ...act, sure: true })) : acts
  }

  /** A signal to another user's process takes CAP_KILL: kill(2). Whose it is is known of traced processes alone. */
  #signals({ name, args, process }: AttributedCall): Act[] {
    if (!SIGNALS.has(name)) return []
    const target = this.#processes.userOf(numberOf(splitArguments(args)[0]) ?? 0)
    const other = target !== undefined && process.uid !== undefined && target !== process.uid
    return other ? [{ kind: 'capability', detail: 'cap_kill', sure: true }] : []
  }

  #fail(call: AttributedCall, name: string, error: string, by: Sighting): void {
    if (ORDINARY.has(error) || RETURNS.has(name)) return
    const path = pathOfFailure(call, call.process.workingDirectory)
    const needs = needsOf(call, error)
    const make = (): FailedCall => ({
      name,
      error,
      ...(path === undefined ? {} : { path }),
      ...(needs.length === 0 ? {} : { needs }),
      sightings: [],
    })
    this.#failed.add([name, error, path, ...needs].join(' '), make, by)
  }

  /** "syscall_0x1c1" is a call that is younger than the strace. */
  #nameOf(name: string): string {
    const number = /^syscall_(0x[0-9a-f]+|\d+)$/.exec(name)?.[1]
    return (number && syscallName(this.#arch, Number(number))) || name
  }
}
