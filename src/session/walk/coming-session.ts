import type { Intent } from './intent.ts'
import { initialState, type Session, type WalkState } from './state.ts'

/**
 * A session that loads its code after its first frame is drawn. At first it looks like the start of a walk, and then it
 * is the walk.
 */
export class ComingSession implements Session {
  readonly finished: Promise<number>
  readonly #first: WalkState
  readonly #listeners = new Set<() => void>()
  #drawn: () => void = () => undefined
  #session: Session | undefined
  #interrupted = false

  constructor(unit: string, load: () => Promise<Session>) {
    this.#first = initialState(unit)
    const drawn = new Promise<void>((resolve) => {
      this.#drawn = resolve
    })
    this.finished = drawn.then(() => this.#run(load))
  }

  async #run(load: () => Promise<Session>): Promise<number> {
    const session = await load()
    this.#session = session
    session.subscribe(() => this.#tell())
    if (this.#interrupted) session.send({ do: 'interrupt' })
    this.#tell()
    return session.finished
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener()
  }

  state(): WalkState {
    return this.#session?.state() ?? this.#first
  }

  /** The listener has drawn the frame; a later turn of the event loop loads the code. */
  subscribe(listener: () => void): () => void {
    setImmediate(this.#drawn)
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Nothing is asked yet, so only an interrupt is kept until there is somebody to take it. */
  send(intent: Intent): void {
    if (this.#session) this.#session.send(intent)
    else if (intent.do === 'interrupt' || intent.do === 'hang-up') this.#interrupted = true
  }
}
