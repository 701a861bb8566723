import { setTimeout as pause } from 'node:timers/promises'
import { type IPty, spawn } from '@lydell/node-pty'
import xterm from '@xterm/headless'
import { pictureOf } from './driver-picture.ts'

export interface TerminalOptions {
  columns?: number
  rows?: number
  /** The whole environment, except inside a lab, where it is added to the lab's. */
  env?: Record<string, string>
  cwd?: string
  /** As a slow line takes them, 960 at 9600 baud; default as fast as they come. */
  bytesPerSecond?: number
}

interface OpenOptions extends TerminalOptions {
  /** The process that `kill` is meant for, given the one on the terminal; default that one itself. */
  target?: (pid: number) => number | undefined
}

const KEYS = {
  up: '\x1b[A',
  down: '\x1b[B',
  right: '\x1b[C',
  left: '\x1b[D',
  home: '\x1b[H',
  end: '\x1b[F',
  pageup: '\x1b[5~',
  pagedown: '\x1b[6~',
  enter: '\r',
  escape: '\x1b',
  space: ' ',
  tab: '\t',
  backspace: '\x7f',
  'ctrl-c': '\x03',
  'ctrl-d': '\x04',
  'ctrl-z': '\x1a',
}

type Key = keyof typeof KEYS

interface Ending {
  exitCode: number
  /** Number of the signal that ended it; 0 for none. */
  signal: number
}

/** A program on a real pseudo-terminal, with a terminal emulator reading what it writes. */
export interface Terminal {
  readonly pid: number
  /** Everything that was written, escape sequences included. */
  readonly written: () => string
  /** Number of bytes written so far. */
  readonly bytes: () => number
  /** What a person sees now: one string per row, without blanks at the end. */
  screen(): string[]
  /** The rows that have scrolled away, followed by the screen. */
  history(): string[]
  /** Waits until the screen holds `wanted`; throws with the screen when it doesn't in time (default 10 s). */
  waitFor(wanted: string | RegExp, timeoutMs?: number): Promise<void>
  /** Waits until the screen no longer holds `gone`. */
  waitUntilGone(gone: string | RegExp, timeoutMs?: number): Promise<void>
  /** Presses named keys, with a short pause between them as a person makes. */
  press(...keys: Key[]): Promise<void>
  type(text: string): Promise<void>
  resize(columns: number, rows: number): void
  /** Sends a signal to the program; default SIGKILL. */
  kill(signal?: NodeJS.Signals): void
  /** Takes the terminal away as a dropped connection does: the program gets SIGHUP. */
  hangUp(): void
  /** Resolves when the program has ended; throws when it doesn't in time (default 10 s). */
  ended(timeoutMs?: number): Promise<Ending>
  /** The screen as an SVG picture. */
  svg(title?: string): string
}

/** Starts `argv` on a terminal of its own. */
export function openTerminal(argv: readonly string[], options: OpenOptions = {}): Terminal {
  return new Driver(argv, options)
}

class Driver implements Terminal {
  readonly #pty: IPty
  readonly #emulator: InstanceType<typeof xterm.Terminal>
  readonly #target: (pid: number) => number | undefined
  readonly #ending: Promise<Ending>
  readonly #written: string[] = []
  #bytes = 0
  #over = false
  #watchers = new Set<() => void>()

  constructor(argv: readonly string[], options: OpenOptions) {
    const cols = options.columns ?? 100
    const rows = options.rows ?? 30
    const [program = '', ...rest] = argv
    const env = options.env ?? (process.env as Record<string, string>)
    this.#target = options.target ?? ((pid) => pid)
    this.#emulator = new xterm.Terminal({ cols, rows, scrollback: 5000, allowProposedApi: true })
    this.#pty = spawn(program, rest, {
      name: env.TERM ?? 'xterm-256color',
      cols,
      rows,
      env,
      ...(options.cwd !== undefined && { cwd: options.cwd }),
    })
    // The emulator answers what a program asks its terminal (cursor position, kind of terminal).
    this.#emulator.onData((answer) => this.#send(answer))
    this.#pty.onData((data) => {
      this.#take(data)
      if (options.bytesPerSecond !== undefined) this.#holdUp(data.length / options.bytesPerSecond)
    })
    this.#ending = new Promise((resolve) => {
      this.#pty.onExit(({ exitCode, signal }) => {
        this.#over = true
        this.#tell()
        resolve({ exitCode, signal: signal ?? 0 })
      })
    })
  }

  /** Reads nothing for a while, so that the program waits as it does for a slow line. */
  #holdUp(seconds: number): void {
    this.#pty.pause()
    setTimeout(() => this.#pty.resume(), seconds * 1000).unref()
  }

  get pid(): number {
    return this.#pty.pid
  }

  written = (): string => this.#written.join('')

  bytes = (): number => this.#bytes

  screen(): string[] {
    const { active } = this.#emulator.buffer
    return this.#rows(active.baseY, active.baseY + this.#emulator.rows)
  }

  history(): string[] {
    const { active } = this.#emulator.buffer
    return this.#rows(0, active.baseY + this.#emulator.rows)
  }

  waitFor(wanted: string | RegExp, timeoutMs = 10_000): Promise<void> {
    return this.#watch(() => this.#shows(wanted), `did not show ${wanted}`, timeoutMs)
  }

  waitUntilGone(gone: string | RegExp, timeoutMs = 10_000): Promise<void> {
    return this.#watch(() => !this.#shows(gone), `still shows ${gone}`, timeoutMs)
  }

  async press(...keys: Key[]): Promise<void> {
    for (const key of keys) await this.type(KEYS[key])
  }

  async type(text: string): Promise<void> {
    this.#send(text)
    await pause(40)
  }

  resize(columns: number, rows: number): void {
    this.#emulator.resize(columns, rows)
    this.#pty.resize(columns, rows)
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    const pid = this.#target(this.pid)
    if (!this.#over && pid !== undefined) process.kill(pid, signal)
  }

  hangUp(): void {
    // Closing the master is what a dropped connection does; the kernel then sends SIGHUP.
    ;(this.#pty as IPty & { destroy(): void }).destroy()
  }

  async ended(timeoutMs = 10_000): Promise<Ending> {
    await this.#watch(() => this.#over, 'did not end', timeoutMs)
    return this.#ending
  }

  svg(title = ''): string {
    return pictureOf(this.#emulator, title)
  }

  #send(text: string): void {
    if (!this.#over) this.#pty.write(text)
  }

  #take(data: string): void {
    this.#written.push(data)
    this.#bytes += Buffer.byteLength(data)
    this.#emulator.write(data, () => this.#tell())
  }

  #tell(): void {
    for (const watcher of [...this.#watchers]) watcher()
  }

  #rows(from: number, to: number): string[] {
    const { active } = this.#emulator.buffer
    const rows: string[] = []
    for (let y = from; y < to; y++) rows.push(active.getLine(y)?.translateToString(true) ?? '')
    return rows
  }

  #shows(wanted: string | RegExp): boolean {
    const text = this.screen().join('\n')
    return typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text)
  }

  #watch(reached: () => boolean, complaint: string, timeoutMs: number): Promise<void> {
    if (reached()) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        clearTimeout(timer)
        this.#watchers.delete(look)
        settle()
      }
      const fail = (why: string) =>
        finish(() => reject(new Error(`the terminal ${complaint} ${why}; it shows:\n${this.#picture()}`)))
      const look = () => {
        if (reached()) finish(resolve)
        // The last bytes may still be on their way through the emulator when the program's end is told.
        else if (this.#over) setTimeout(() => (reached() ? finish(resolve) : fail('and has ended')), 100)
      }
      const timer = setTimeout(() => fail(`within ${timeoutMs} ms`), timeoutMs)
      this.#watchers.add(look)
      if (this.#over) look()
    })
  }

  #picture(): string {
    return this.screen().join('\n').trimEnd()
  }
}
