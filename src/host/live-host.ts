import type { ChildProcess } from 'node:child_process'
import { execa } from 'execa'
import { userOptions } from './as-user.ts'
import { reasonOf } from './errors.ts'
import { filesBelow } from './files.ts'
import { membersBelow } from './group-members.ts'
import type { Host, RunOptions, RunResult, RunUser } from './host.ts'
import { kernelProcesses } from './kernel-processes.ts'
import { SYSTEM_MANAGER } from './manager.ts'
import { probe } from './probe.ts'

/** The caller of sudo chooses PATH, LD_PRELOAD and the locale; none of them reaches a program that runs as root. */
const ENVIRONMENT = {
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C.UTF-8',
  SYSTEMD_COLORS: '0',
  SYSTEMD_PAGER: '',
}
const DEFAULT_TIMEOUT_MS = 30_000
/** After the program itself was killed at its limit. */
const GROUP_GRACE_MS = 100
const MAX_OUTPUT = 64 * 1024 * 1024

/** Argument array that runs `argv` as another user: setpriv(1), from util-linux. */
function asUser(argv: readonly string[], as: RunUser): readonly string[] {
  return ['setpriv', ...userOptions(as), '--', ...argv]
}

/** A child that the program left behind keeps its output open: the whole group is killed, and nobody waits for more. */
function endGroup({ pid, stdout, stderr }: Pick<ChildProcess, 'pid' | 'stdout' | 'stderr'>): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch (error) {
    // The group has gone by itself.
    reasonOf(error)
  }
  stdout?.destroy()
  stderr?.destroy()
}

/** Runs an argument array on this machine; see Host.run. */
async function runHere(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const [file, ...rest] = options.as === undefined ? argv : asUser(argv, options.as)
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS
  const child = execa(file as string, rest, {
    reject: false,
    detached: true,
    extendEnv: false,
    env: { ...ENVIRONMENT, ...options.env },
    cwd: '/',
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    stripFinalNewline: false,
    maxBuffer: MAX_OUTPUT,
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
  })
  const timer = setTimeout(() => endGroup(child), timeoutMs + GROUP_GRACE_MS)
  const result = await child.finally(() => clearTimeout(timer))
  return {
    argv,
    exitCode: result.exitCode,
    ...(result.signal === undefined ? {} : { signal: result.signal }),
    timedOut: result.timedOut,
    stdout: typeof result.stdout === 'string' ? result.stdout : '',
    stderr:
      result.exitCode === undefined && !result.signal
        ? (result.shortMessage ?? '')
        : String(result.stderr ?? ''),
  }
}

/** The machine that hardenctl itself runs on. */
export function liveHost(): Host {
  return {
    name: 'live host',
    isClone: false,
    manager: SYSTEM_MANAGER,
    run: runHere,
    probe,
    groupMembers: membersBelow,
    kernelProcesses: kernelProcesses(),
    ...filesBelow(''),
  }
}
