import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { ProbeAnswer, ProbeRequest } from './host.ts'

type Child = ChildProcessByStdio<Writable, Readable, null>

/** A probe ends within its own limit; this limit is for a starved or killed process. */
const SLACK_MS = 5000

/** The built probe-main.js stands beside the program that runs, or one folder up from a shared part of it. */
function probeProgram(): string {
  const places = ['./probe-main.js', '../probe-main.js'].map((place) =>
    fileURLToPath(new URL(place, import.meta.url)),
  )
  return places.find((path) => existsSync(path)) ?? (places[0] as string)
}

/**
 * Probes from inside the network namespace of process `pid`: setns(2) needs a process with one thread, so the first
 * probe starts a child through nsenter(1) that serves all later ones. Starting Node for each would cost more processor
 * time than the measured service.
 */
export class CloneProbe {
  readonly #pid: number
  readonly #waiting = new Map<number, (answer: ProbeAnswer) => void>()
  #child: Child | undefined
  #next = 0

  constructor(pid: number) {
    this.#pid = pid
  }

  ask(request: ProbeRequest): Promise<ProbeAnswer> {
    const started = performance.now()
    const id = this.#next++
    const child = this.#child ?? this.#start()
    return new Promise((resolve) => {
      const settle = (answer: ProbeAnswer) => {
        clearTimeout(timer)
        this.#waiting.delete(id)
        resolve(answer)
      }
      const late = () =>
        settle({ ok: false, answer: 'no answer', ms: Math.round(performance.now() - started) })
      const timer = setTimeout(late, request.timeoutMs + SLACK_MS)
      this.#waiting.set(id, settle)
      child.stdin.write(`${JSON.stringify({ id, request })}\n`)
    })
  }

  close(): void {
    this.#child?.stdin.end()
    this.#child?.kill('SIGKILL')
  }

  #start(): Child {
    const inside = ['-t', String(this.#pid), '-n', '--', process.execPath, probeProgram()]
    // Not by execa, which runs a program to its end: this one lives as long as its input is open.
    const child: Child = spawn('nsenter', inside, {
      stdio: ['pipe', 'pipe', 'ignore'],
      cwd: '/',
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
      // Ctrl-C on the terminal is for hardenctl; this ends with its input.
      detached: true,
    })
    const gone = () => {
      if (this.#child === child) this.#child = undefined
      for (const settle of [...this.#waiting.values()]) settle({ ok: false, answer: 'no answer', ms: 0 })
    }
    child.on('error', gone)
    child.on('exit', gone)
    child.stdin.on('error', () => undefined)
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { id, answer } = JSON.parse(line) as { id: number; answer: ProbeAnswer }
      this.#waiting.get(id)?.(answer)
    })
    child.unref()
    this.#child = child
    return child
  }
}
