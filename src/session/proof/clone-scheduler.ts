import { availableParallelism, getPriority, setPriority } from 'node:os'
import { orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'

/** A proof mostly waits until a service is at rest, so several clones share a processor. */
const CLONES_A_CORE = 3
const MAX_CLONES = 8
const SAMPLE_MS = 1000
const FIRST_SAMPLE_MS = 150
/** Shares of idle processor time: below the first the host needs it, above the second there is plenty. */
const SCARCE = 0.15
const PLENTY = 0.35

/** About three times what a question of nginx works: with 2 s, production kept from 84 to 91 % (`npm run price`). */
const REST_MS = 4000

const LAST_IN_QUEUE = 19

/** Ticks of all processors: idle, and in all. proc_stat(5). */
export function parseTicks(stat: string): { idle: number; all: number } {
  const fields = (stat.split('\n')[0] ?? '').split(/\s+/).slice(1, 9).map(Number)
  const [, , , idle = 0, wait = 0] = fields
  return { idle: idle + wait, all: fields.reduce((sum, one) => sum + (one || 0), 0) }
}

/** The number of clones that may work at once, after a second in which `idle` of the processor time was unused. */
export function nextAllowance(allowed: number, idle: number, most: number): number {
  if (idle < SCARCE) return Math.max(1, Math.floor(allowed / 2))
  return idle > PLENTY ? Math.min(most, allowed + 1) : allowed
}

/**
 * Keeps proofs from slowing production: on a busy host one clone works at a time, on an idle one as many as the
 * processors carry. Idle scheduling alone is not enough, since the kernel first divides time among sessions
 * (sched_autogroup, sched(7)).
 */
export class CloneScheduler {
  readonly #host: Host
  readonly #most = Math.min(MAX_CLONES, availableParallelism() * CLONES_A_CORE)
  readonly #changed: () => void
  #allowed = 1
  #last: { idle: number; all: number } | undefined
  #scarce = false
  #timer: NodeJS.Timeout | undefined
  /** Grows with each start and stop. */
  #run = 0

  /** `changed` is called when more clones may be asked than before. */
  constructor(host: Host, changed: () => void) {
    this.#host = host
    this.#changed = changed
  }

  get allowed(): number {
    return this.#allowed
  }

  /** Milliseconds that a clone waits between two jobs; 0 if there is time to spare. */
  get restMs(): number {
    return this.#scarce ? REST_MS : 0
  }

  start(): void {
    this.stop()
    this.#last = undefined
    this.#allowed = 1
    const run = this.#run
    void this.#sample().then(() => this.#again(run, FIRST_SAMPLE_MS, this.#most))
  }

  /** A look under way at that moment no longer counts. */
  stop(): void {
    this.#run += 1
    clearTimeout(this.#timer)
  }

  #again(run: number, ms: number, ifPlenty?: number): void {
    if (run !== this.#run) return
    this.#timer = setTimeout(() => {
      void this.#sample().then((idle) => {
        if (run !== this.#run) return
        const before = this.#allowed
        this.#scarce = idle < SCARCE
        const from = idle > PLENTY ? (ifPlenty ?? before) : before
        this.#allowed = nextAllowance(from, idle, this.#most)
        if (this.#allowed > before) this.#changed()
        this.#again(run, SAMPLE_MS)
      })
    }, ms)
    this.#timer.unref()
  }

  /** Share of processor time left over since the last look. */
  async #sample(): Promise<number> {
    const now = parseTicks((await this.#host.read('/proc/stat').catch(orElse(undefined))) ?? '')
    const last = this.#last
    this.#last = now
    if (last === undefined || now.all <= last.all) return 0
    return (now.idle - last.idle) / (now.all - last.all)
  }
}

/**
 * Lowers our own priority while proofs run; call the result to restore it. If the limits forbid restoring it
 * (RLIMIT_NICE), nothing is changed.
 */
export function lowerOwnPriority(): () => void {
  const before = getPriority()
  try {
    setPriority(LAST_IN_QUEUE)
    setPriority(before)
    setPriority(LAST_IN_QUEUE)
  } catch (error) {
    return orElse(() => undefined)(error)
  }
  return () => setPriority(before)
}
