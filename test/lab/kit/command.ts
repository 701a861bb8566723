import { spawn } from 'node:child_process'
import { childrenOf } from './inside-lab.ts'

export interface CommandOptions {
  /** Milliseconds after which the program and what it started are killed; default 30 000. */
  timeoutMs?: number
  input?: string
  /** The whole environment; default the caller's. */
  env?: Record<string, string>
  /** Called with each piece of standard error as it comes. */
  onStderr?: (text: string) => void
}

export interface CommandResult {
  exitCode: number | undefined
  signal: string | undefined
  timedOut: boolean
  stdout: string
  stderr: string
}

/** Runs an argument array in a process group of its own, so that a timeout ends all of it. */
export function command(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const [program = '', ...rest] = argv
  return new Promise((resolve, reject) => {
    const child = spawn(program, rest, { detached: true, ...(options.env && { env: options.env }) })
    let timedOut = false
    const out: Buffer[] = []
    const err: Buffer[] = []
    const timer = setTimeout(() => {
      timedOut = true
      if (child.pid) end(child.pid)
      // A grandchild in another group may hold the pipes open; don't wait for it.
      child.stdout.destroy()
      child.stderr.destroy()
    }, options.timeoutMs ?? 30_000)
    child.stdout.on('data', (piece: Buffer) => out.push(piece))
    child.stderr.on('data', (piece: Buffer) => {
      err.push(piece)
      options.onStderr?.(piece.toString())
    })
    child.on('error', (error) => {
      clearTimeout(timer)
      reject(error)
    })
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      resolve({
        exitCode: code ?? undefined,
        signal: signal ?? undefined,
        timedOut,
        stdout: Buffer.concat(out).toString(),
        stderr: Buffer.concat(err).toString(),
      })
    })
    child.stdin.on('error', () => {}) // a program that doesn't read its input is no failure
    child.stdin.end(options.input ?? '')
  })
}

/**
 * Ends what a program started, then itself: nsenter gets the time to reap what it ran, which otherwise stays as
 * a zombie in the lab.
 */
function end(pid: number): void {
  const below = descendantsOf(pid)
  below.forEach(kill)
  setTimeout(() => kill(-pid), below.length > 0 ? 200 : 0)
}

function descendantsOf(pid: number): number[] {
  return childrenOf(pid).flatMap((child) => [...descendantsOf(child), child])
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // already gone
  }
}
