import { cpus } from 'node:os'
import type { StageOrAll } from '../../catalog/common/types.ts'

/** A part of a walk. Parts follow one another, or stand inside one another; the time of an inner one is not the outer's. */
export type Part =
  | 'look'
  | 'first questions'
  | 'baseline'
  | 'boot of clones'
  | 'control'
  | 'tracing'
  | 'live learning'
  | 'last check'
  | 'answers of the person'
  | 'the rest'
  | `proofs: ${StageOrAll}`
  | `live trial: ${StageOrAll}`
  | `trial in the clone: ${StageOrAll}`

/** What clones do side by side, while the walk goes on or waits for it. */
export type Beside = 'boots' | 'questions' | 'traces'

/** Two clocks: milliseconds that went by, and milliseconds that the processors of the machine worked in all. */
export interface Clocks {
  wallMs: number
  busyMs: number
}

export interface Times {
  /** In the order in which they began. */
  parts: { part: Part; times: Clocks }[]
  /** How often, and how long in all. */
  beside: { what: Beside; count: number; ms: number }[]
}

/** The clocks of the machine that hardenctl runs on. Its processors work for everybody on it. */
function readClocks(): Clocks {
  const busy = cpus().map(({ times: { user, nice, sys, irq } }) => user + nice + sys + irq)
  return { wallMs: performance.now(), busyMs: busy.reduce((sum, one) => sum + one, 0) }
}

/** Measures where the time of a walk goes. */
export class Stopwatch {
  readonly #clocks: () => Clocks
  readonly #parts = new Map<Part, Clocks>()
  #beside = new Map<Beside, { count: number; ms: number }>()
  /** The parts at work, the innermost last. */
  readonly #open: Part[] = ['the rest']
  #last: Clocks

  constructor(clocks: () => Clocks = readClocks) {
    this.#clocks = clocks
    this.#last = clocks()
  }

  /** Counts the time of `work` for this part, also where it throws. */
  async during<T>(part: Part, work: () => Promise<T>): Promise<T> {
    const end = this.begin(part)
    try {
      return await work()
    } finally {
      end()
    }
  }

  /** Begins a part; call the result where it ends, once or more. */
  begin(part: Part): () => void {
    this.#lap()
    this.#open.push(part)
    if (!this.#parts.has(part)) this.#parts.set(part, { wallMs: 0, busyMs: 0 })
    let ended = false
    return () => {
      if (ended) return
      ended = true
      this.#lap()
      this.#open.pop()
    }
  }

  /** Counts one of many things that are done side by side. */
  async beside<T>(what: Beside, work: () => Promise<T>): Promise<T> {
    const began = performance.now()
    try {
      return await work()
    } finally {
      const { count, ms } = this.#beside.get(what) ?? { count: 0, ms: 0 }
      this.#beside.set(what, { count: count + 1, ms: ms + performance.now() - began })
    }
  }

  /** A stopwatch for what goes on beside the parts: it counts only what clones do. */
  aside(): Stopwatch {
    const other = new Stopwatch(this.#clocks)
    other.#beside = this.#beside
    return other
  }

  times(): Times {
    this.#lap()
    return {
      parts: [...this.#parts].map(([part, times]) => ({ part, times })),
      beside: [...this.#beside].map(([what, sum]) => ({ what, ...sum })),
    }
  }

  /** Gives the time since the last call to the innermost part. */
  #lap(): void {
    const now = this.#clocks()
    const last = this.#last
    this.#last = now
    const part = this.#open.at(-1) as Part
    const before = this.#parts.get(part) ?? { wallMs: 0, busyMs: 0 }
    this.#parts.set(part, {
      wallMs: before.wallMs + now.wallMs - last.wallMs,
      busyMs: before.busyMs + now.busyMs - last.busyMs,
    })
  }
}
