import { ExpectedError } from './errors.ts'
import type { Manager } from './manager.ts'

/**
 * The only handle to a machine. Everything that runs a program or touches a file goes through it, so that the same code
 * uses the live host and a clone.
 */
export interface Host {
  /** What a screen calls this machine: "live host", or the name of a clone. */
  readonly name: string
  readonly isClone: boolean
  /** The service manager whose units are meant, and where its files are. */
  readonly manager: Manager
  /** Runs an argument array, never a shell. A failing program is a result, not an exception. */
  run(argv: readonly string[], options?: RunOptions): Promise<RunResult>
  /** Whole text of a file; undefined when it does not exist or vanished while being read, and for a pipe. */
  read(path: string): Promise<string | undefined>
  /** At most `limit` bytes from the start of a file; undefined when it can't be read, and for a pipe. */
  readBytes(path: string, limit: number): Promise<Uint8Array | undefined>
  /** Names in a directory, sorted; empty when it does not exist. */
  list(path: string): Promise<string[]>
  /** lstat: never follows a link in the last component; undefined when there is nothing. */
  stat(path: string): Promise<FileStat | undefined>
  /** Where a link points, as stored; undefined when it is no link. */
  readlink(path: string): Promise<string | undefined>
  /** The path with every link followed; undefined if a part is missing. */
  resolve(path: string): Promise<string | undefined>
  /** Writes a temporary file in the same folder, fsyncs it, renames it over `path` and fsyncs the folder. */
  write(path: string, text: string, mode: number): Promise<void>
  makeDirectory(path: string, mode: number): Promise<void>
  /** Removes a file or an empty directory; true when something was removed. */
  remove(path: string): Promise<boolean>
  /**
   * Sets owner and mode of exactly the file that `expected` describes. No link is followed in any component,
   * and a file whose device, inode or kind is not the expected one is refused.
   */
  changeOwner(path: string, expected: FileStat, wanted: Ownership): Promise<void>
  /**
   * Processes in the control group `folder` and those below it, as this machine counts them, in no order. cgroup.procs
   * names processes as its reader's PID namespace does (cgroups(7)), and a clone has its own.
   */
  groupMembers(folder: string): Promise<number[]>
  /**
   * Processes by the ids in the kernel's log. Undefined if hardenctl runs in its own PID namespace: the log is the
   * whole machine's, and nobody there can map its ids to this service.
   */
  readonly kernelProcesses?: KernelProcesses | undefined
  /** Probes a service from inside this machine's network. */
  probe(request: ProbeRequest): Promise<ProbeAnswer>
}

/** The machine's processes by their ids in the initial PID namespace, which audit records bear. */
export interface KernelProcesses {
  /** Those in the control group `folder` and below it, as groupMembers() has them. */
  members(folder: string): Promise<number[]>
  /** All that live. */
  living(): Promise<number[]>
  /** The name of a living one (proc_pid_comm(5)); undefined when it is gone. */
  nameOf(pid: number): Promise<string | undefined>
}

export interface RunOptions {
  /** Milliseconds after which the program is killed; default 30 000. */
  timeoutMs?: number
  input?: string
  /** Variables added to the minimal environment (a fixed PATH, LC_ALL=C.UTF-8). */
  env?: Readonly<Record<string, string>>
  /** Runs as this user. */
  as?: RunUser
}

export interface RunUser {
  uid: number
  gid: number
  /** As in life: with the supplementary groups of the account. Else without any, and with no_new_privs. */
  asInLife?: boolean
}

export interface RunResult {
  argv: readonly string[]
  /** Exit status; undefined when the program could not be started or died by a signal. */
  exitCode: number | undefined
  signal?: string
  timedOut: boolean
  stdout: string
  stderr: string
}

export type FileKind = 'file' | 'directory' | 'link' | 'socket' | 'fifo' | 'char' | 'block'

export interface Ownership {
  uid: number
  gid: number
  /** Permission bits, 0..0o7777. */
  mode: number
}

export interface FileStat extends Ownership {
  kind: FileKind
  size: number
  device: string
  inode: string
  links: number
}

export type ProbeRequest =
  | { kind: 'http'; url: string; timeoutMs: number }
  | { kind: 'tcp'; address: string; port: number; timeoutMs: number }
  | { kind: 'unix'; path: string; timeoutMs: number }
  | { kind: 'talk'; to: TalkAddress; steps: readonly TalkStep[]; timeoutMs: number }

/** Where a conversation is held. A Unix socket is a stream. */
export type TalkAddress =
  | { transport: 'tcp' | 'tls' | 'udp'; address: string; port: number }
  | { transport: 'unix'; path: string }

/** One turn of a conversation: the text to send, and how long to wait for the answer. Bytes are written as Latin-1. */
export interface TalkStep {
  /** Absent where the other side speaks first. */
  send?: string
  /** Regular expression, "." matching every byte: the answer is whole once it matches. Absent: nothing is waited for. */
  until?: string
  /** Regular expression: the conversation ends here where the answer does not match. */
  wanted?: string
  /** Milliseconds after which the turn is over, whatever has come. */
  waitMs: number
}

/** What came back. `answer` is what health compares: an HTTP status, "connected", or the error's code. */
export interface ProbeAnswer {
  ok: boolean
  answer: string
  /** Milliseconds from the request to the answer. */
  ms: number
  /** Of a conversation: the text received in each turn that began, as Latin-1. Of HTTP: the body, if it came whole and soon. */
  heard?: string[]
  /** Of a conversation: the other side ended it. */
  closed?: boolean
}

/** A failed program or file operation after which the caller cannot continue. */
export class HostError extends ExpectedError {
  override name = 'HostError'
  readonly code: string
  constructor(message: string, code: string) {
    super(message)
    this.code = code
  }
}
