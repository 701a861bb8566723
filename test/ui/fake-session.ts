import type { Intent } from '../../src/session/walk/intent.ts'
import type { Phase, Session, StageResult, WalkState } from '../../src/session/walk/state.ts'

type Answer = (session: FakeSession, intent: Intent) => void

/** A session that remembers what was sent and shows what it is told to show. */
export class FakeSession implements Session {
  readonly intents: Intent[] = []
  readonly finished: Promise<number>
  readonly finish: (code: number) => void
  #state: WalkState
  #listeners = new Set<() => void>()
  readonly #answer: Answer
  #busy = false

  constructor(phase: Phase, over: Partial<WalkState> = {}, answer: Answer = () => {}) {
    this.#state = {
      unit: 'apache2.service',
      description: 'Apache HTTP Server',
      systemd: 252,
      stock: 92,
      now: 92,
      history: [],
      phase,
      target: 'live',
      ...over,
    }
    this.#answer = answer
    let finish: (code: number) => void = () => {}
    this.finished = new Promise((resolve) => {
      finish = resolve
    })
    this.finish = finish
  }

  state(): WalkState {
    return this.#state
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Like the real session it takes one intent at a time: those of the same turn of the event loop are lost. */
  send(intent: Intent): void {
    if (intent.do !== 'interrupt') {
      if (this.#busy) return
      this.#busy = true
      queueMicrotask(() => {
        this.#busy = false
      })
    }
    this.intents.push(intent)
    this.#answer(this, intent)
  }

  change(over: Partial<WalkState>): void {
    this.#state = { ...this.#state, ...over }
    for (const listener of this.#listeners) listener()
  }

  show(phase: Phase): void {
    this.change({ phase })
  }

  remember(result: StageResult): void {
    this.change({ history: [...this.#state.history, result], now: result.after })
  }

  did(): string[] {
    return this.intents.map((intent) => intent.do)
  }
}
