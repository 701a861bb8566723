import { setTimeout as pause } from 'node:timers/promises'
import type { Host, RunResult } from '../../host/host.ts'

/** In the clone's memory, readable by root alone: nobody else may read what a service does. */
export const TRACE_FOLDER = '/run/hardenctl-trace'
const TRACE_FILE = `${TRACE_FOLDER}/trace`
const PID_FILE = `${TRACE_FOLDER}/pid`

/**
 * The trace is in memory; the whole life of a web server takes 3 MiB. strace ends when it is full, and the service
 * continues without it.
 */
const MAX_BYTES = 64 * 1024 * 1024
const PIECE_BYTES = 16 * 1024 * 1024
const ATTACH_LIMIT_MS = 10_000
const DETACH_LIMIT_MS = 10_000
/** No clone lives longer: its timer ends it. */
const LIFE_MS = 30 * 60_000

/** Writes its pid first so that we can kill it. */
const BEGIN = 'echo $$ >"$0" && exec "$@"'
const READ_PIECE = `tail -c "+$1" -- "$2" | head -c ${PIECE_BYTES}`

/**
 * Follows every child of PID 1 from its fork on. No string's content is written (-s 0), paths and addresses are: a trace
 * holds no data of the service. All of these options are older than strace 5.
 */
const STRACE = ['strace', '-f', '-q', '-y', '-s', '0', '-o', TRACE_FILE, '-p', '1']

/** A strace that follows what a clone's PID 1 starts. */
export interface Tracer {
  /** What was written since the last call. */
  read(take: (text: string) => void): Promise<void>
  /** True when the trace became too long and strace has ended before its time. */
  readonly cut: boolean
  /** Detaches from everything that it traces, which continues. May be called twice. */
  detach(): Promise<void>
}

/** "6.1", or undefined where there is none. */
export async function straceVersion(host: Host): Promise<string | undefined> {
  const { exitCode, stdout } = await host.run(['strace', '-V'])
  return exitCode === 0 ? /version (\S+)/.exec(stdout)?.[1] : undefined
}

/** The process that traces this one, as the clone counts; 0 where none does: proc_pid_status(5). */
async function tracerPid(host: Host, pid: number): Promise<number> {
  return Number(/^TracerPid:\s*(\d+)/m.exec((await host.read(`/proc/${pid}/status`)) ?? '')?.[1] ?? 0)
}

/** Whether every thread of the processes is traced; one that has ended meanwhile is not waited for. */
export async function areTraced(host: Host, pids: readonly number[]): Promise<boolean> {
  const tasks = pids.map((pid) => `/proc/${pid}/task`)
  const untraced = ['grep', '-L', '^TracerPid:[[:space:]]*[1-9]', '{}', '+']
  const { stdout } = await host.run([
    'find',
    ...tasks,
    '-maxdepth',
    '2',
    '-name',
    'status',
    '-exec',
    ...untraced,
  ])
  return stdout.trim() === ''
}

/**
 * Why strace ended at once: it does not know an option, or the kernel, a container or a security module forbids ptrace.
 */
function refusal({ stderr, exitCode }: RunResult): string {
  const line =
    stderr
      .trim()
      .split('\n')[0]
      ?.replace(/^strace: /, '') ?? ''
  if (/not permitted|EPERM|denied/i.test(line)) return `tracing is not allowed here (${line})`
  return `strace could not attach: ${line || `exit status ${exitCode}`}`
}

/**
 * strace follows PID 1 of the clone instead of wrapping the service: the unit stays as it is, with its own user, filter
 * and main process, and none of its limits can stop a tracer outside of them.
 */
export async function attachTracer(clone: Host): Promise<Tracer | { why: string }> {
  const version = await straceVersion(clone)
  if (version === undefined) return { why: 'strace is not installed (package strace)' }
  await clone.makeDirectory(TRACE_FOLDER, 0o700)
  let ended: RunResult | undefined
  const limited = ['prlimit', `--fsize=${MAX_BYTES}`, '--core=0', ...STRACE]
  const running = clone
    .run(['sh', '-c', BEGIN, PID_FILE, ...limited], { timeoutMs: LIFE_MS })
    .then((result) => {
      ended = result
    })
  const end = async () => {
    const pid = ((await clone.read(PID_FILE)) ?? '').trim()
    for (const signal of ['INT', 'KILL']) {
      if (ended !== undefined || pid === '') return
      await clone.run(['kill', `-${signal}`, pid])
      await Promise.race([running, pause(DETACH_LIMIT_MS)])
    }
  }
  const until = performance.now() + ATTACH_LIMIT_MS
  while ((await tracerPid(clone, 1)) === 0) {
    if (ended !== undefined) return { why: refusal(ended) }
    if (performance.now() > until) {
      await end()
      return { why: 'strace attached to no process' }
    }
    await pause(10)
  }
  let offset = 0
  let asked = false
  return {
    get cut() {
      return ended !== undefined && !asked
    },
    async read(take) {
      for (;;) {
        const piece = await clone.run(['sh', '-c', READ_PIECE, 'sh', String(offset + 1), TRACE_FILE])
        const bytes = Buffer.byteLength(piece.stdout)
        take(piece.stdout)
        offset += bytes
        if (bytes < PIECE_BYTES) return
      }
    },
    async detach() {
      asked = asked || ended === undefined
      await end()
    },
  }
}

export async function removeTrace(clone: Host): Promise<void> {
  await clone.run(['rm', '-rf', '--', TRACE_FOLDER])
}
