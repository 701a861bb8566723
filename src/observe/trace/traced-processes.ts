import { syscallNumber } from '../../systemd/syscalls/syscall-numbers.ts'
import type { StraceLine, TracedCall } from './strace-line.ts'
import { parseCall, splitArguments } from './strace-line.ts'
import { numberOf, pathOf, pathOfDescriptor, stringOf } from './strace-values.ts'

/** What is known of a traced thread, all of it from what it and its ancestors called. */
export interface TracedProcess {
  program: string
  /** Its program was started by the service, or is what the unit starts. */
  ofService: boolean
  /** Id of the process that the thread is of. */
  leader: number
  uid: number | undefined
  workingDirectory: string | undefined
}

export interface TracedOptions {
  /** A process that was traced from the start on, and its program: 1 and systemd. Without one, all belong to the service. */
  manager?: { pid: number; program: string }
  /** uname -m, for the numbers of calls. */
  architecture?: string
  /** Whether what a child of the manager executes is the service. */
  isService?(program: string): boolean
}

/** A finished call with who made it. Its `result` is "?" when it never came back. */
export interface AttributedCall extends TracedCall {
  process: TracedProcess
  /** The call ended the process: a filter does not let it through. */
  killedBy?: string
}

const FORKS = new Set(['fork', 'vfork', 'clone', 'clone3'])
const EXECS = new Set(['execve', 'execveat'])
/** Lines of a process whose parent's fork has not returned yet. */
const MAX_WAITING = 20_000
/** Ignore an unfinished line longer than this; it is not a real call. */
const MAX_UNFINISHED = 65_536

/** The last call that a thread began. */
interface Latest {
  name: string
  args: string
  order: number
  /** Undefined while it is under way. */
  result?: string
}

/**
 * Follows a trace of several processes: joins interrupted lines and knows for each call which program made it. Lines of
 * a child may arrive before its parent's fork has returned its id; they wait until then.
 */
export class TracedProcesses {
  readonly #known = new Map<number, TracedProcess>()
  readonly #waiting = new Map<number, StraceLine[]>()
  readonly #latest = new Map<number, Latest>()
  /** Leaders of which one thread's end by a signal was told: the others end with it. */
  readonly #killed = new Set<number>()
  readonly #options: TracedOptions
  #order = 0
  #held = 0

  constructor(options: TracedOptions = {}) {
    this.#options = options
    const { manager } = options
    if (manager)
      this.#known.set(manager.pid, { ...stranger(manager.pid, false), program: manager.program, uid: 0 })
  }

  /** Calls that are complete with this line: several when it shows whose child a waiting process is. */
  follow(line: StraceLine): AttributedCall[] {
    if (this.#known.has(line.pid)) return this.#perform(line)
    const parent = this.#onlyForking()
    if (parent !== undefined) this.#adopt(line.pid, parent, this.#latest.get(parent)?.args ?? '')
    else if (this.#known.size === 0 || this.#held >= MAX_WAITING) {
      this.#known.set(line.pid, stranger(line.pid, this.#options.manager === undefined))
    } else {
      this.#held += 1
      const waiting = this.#waiting.get(line.pid) ?? []
      waiting.push(line)
      this.#waiting.set(line.pid, waiting)
      return []
    }
    return this.#perform(line)
  }

  /** The effective user of a process, as far as its calls tell. */
  userOf(pid: number): number | undefined {
    return this.#known.get(pid)?.uid
  }

  /** Lines that still wait: their owner is unknown, so they count as the service's. */
  rest(): AttributedCall[] {
    return [...this.#waiting.keys()].flatMap((pid) => {
      this.#known.set(pid, stranger(pid, true))
      return this.#release(pid)
    })
  }

  /** Calls that have begun and not come back, as far as is known whose they are. */
  underWay(): AttributedCall[] {
    return [...this.#latest].flatMap(([pid, { name, args, result }]) => {
      const process = this.#known.get(pid)
      return result === undefined && process ? [{ name, args, result: '?', process: { ...process } }] : []
    })
  }

  #perform(line: StraceLine): AttributedCall[] {
    const { pid } = line
    switch (line.kind) {
      case 'call':
        return this.#complete(pid, line)
      case 'unfinished':
        this.#latest.set(pid, { name: line.name, args: line.args, order: this.#next() })
        return []
      case 'resumed':
        return this.#resume(pid, line.name, line.rest)
      case 'killed':
        return this.#kill(pid, line.signal)
      case 'exited':
        this.#forget(pid)
        return []
      case 'superseded':
        this.#supersede(pid, line.by)
        return []
      default:
        return []
    }
  }

  #next(): number {
    this.#order += 1
    return this.#order
  }

  #resume(pid: number, name: string, rest: string): AttributedCall[] {
    const pending = this.#latest.get(pid)
    // A call that had begun before the tracer attached has no beginning.
    if (pending?.name !== name || pending.result !== undefined || pending.args.length > MAX_UNFINISHED)
      return []
    const call = parseCall(`${name}(${pending.args}${rest}`)
    return call === undefined ? [] : this.#complete(pid, call, pending.order)
  }

  #complete(pid: number, call: TracedCall, begun = this.#next()): AttributedCall[] {
    const process = this.#known.get(pid) as TracedProcess
    this.#latest.set(pid, { ...call, order: begun })
    const by = { ...process }
    const { name, args, result } = call
    const failed = result.startsWith('-') || result.startsWith('?')
    if (!failed && EXECS.has(name)) this.#execute(process, by, name, args)
    if (!failed && name === 'chdir') {
      process.workingDirectory = pathOf(args, 'AT_FDCWD', process.workingDirectory)
    }
    if (!failed && name === 'fchdir') process.workingDirectory = pathOfDescriptor(args)
    if (!failed && (name.startsWith('set') || name === 'capset')) changeUser(process, name, args)
    const attributed: AttributedCall = { name, args, result, process: by }
    const child = !failed && FORKS.has(name) ? numberOf(result) : undefined
    if (child === undefined || child <= 0) return [attributed]
    if (!this.#known.has(child)) this.#adopt(child, pid, args)
    return [attributed, ...this.#release(child)]
  }

  #execute(process: TracedProcess, by: TracedProcess, name: string, args: string): void {
    const [first, second, ...rest] = splitArguments(args)
    const path =
      name === 'execve'
        ? pathOf(first, 'AT_FDCWD', process.workingDirectory)
        : (pathOf(second, first, process.workingDirectory) ?? pathOfDescriptor(first))
    const program = path ?? stringOf(rest[0]) ?? ''
    process.program = program
    if (!process.ofService) process.ofService = this.#options.isService?.(program) ?? false
    by.ofService = process.ofService
  }

  #kill(pid: number, signal: string): AttributedCall[] {
    const process = this.#known.get(pid) as TracedProcess
    const { leader } = process
    const culprit = this.#culprit(leader)
    this.#forget(pid)
    if (signal !== 'SIGSYS' || culprit === undefined || this.#killed.has(leader)) return []
    this.#killed.add(leader)
    const { name, args } = culprit
    return [{ name, args, result: '?', process: { ...process }, killedBy: signal }]
  }

  /**
   * All threads of a process die with the one whose call was forbidden. Its call looks finished, and as its result the
   * register still holds its number (seen on x86_64); elsewhere it is the one that called last.
   */
  #culprit(leader: number): Latest | undefined {
    const own = [...this.#latest].flatMap(([pid, call]) =>
      this.#known.get(pid)?.leader === leader ? [call] : [],
    )
    const machine = this.#options.architecture ?? 'x86_64'
    const numbered = own.filter(({ name, result }) => result === String(syscallNumber(machine, name)))
    return (numbered.length > 0 ? numbered : own).sort((a, b) => b.order - a.order)[0]
  }

  #supersede(pid: number, by: number): void {
    const pending = this.#latest.get(by)
    if (pending) this.#latest.set(pid, pending)
    this.#forget(by)
  }

  #adopt(child: number, parent: number, args: string): void {
    const { leader, ...inherited } = this.#known.get(parent) as TracedProcess
    const thread = args.includes('CLONE_THREAD')
    this.#killed.delete(child)
    this.#known.set(child, { ...inherited, leader: thread ? leader : child })
  }

  #release(pid: number): AttributedCall[] {
    const waiting = this.#waiting.get(pid) ?? []
    this.#waiting.delete(pid)
    this.#held -= waiting.length
    const calls: AttributedCall[] = []
    for (const line of waiting) calls.push(...this.follow(line))
    return calls
  }

  /** The one process that is in the middle of a fork, if there is one alone. */
  #onlyForking(): number | undefined {
    let found: number | undefined
    for (const [pid, { name, result }] of this.#latest) {
      if (!FORKS.has(name) || result !== undefined) continue
      if (found !== undefined) return undefined
      found = pid
    }
    return found
  }

  #forget(pid: number): void {
    this.#known.delete(pid)
    this.#latest.delete(pid)
  }
}

function stranger(pid: number, ofService: boolean): TracedProcess {
  return { program: '', ofService, leader: pid, uid: undefined, workingDirectory: undefined }
}

/** The effective user id after a call that changes it; -1 leaves it: setresuid(2). */
function changeUser(process: TracedProcess, name: string, args: string): void {
  const at = { setuid: 0, setuid32: 0, setreuid: 1, setresuid: 1 }[name]
  const id = at === undefined ? undefined : numberOf(splitArguments(args)[at])
  if (id !== undefined && id >= 0 && id !== 0xffffffff) process.uid = id
}
