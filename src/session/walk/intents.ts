import type { Intent } from './state.ts'

/** Intents as they come from a person or the unattended walk, taken one at a time by whoever waits for one. */
export class IntentQueue {
  #waiting: ((intent: Intent) => void) | undefined

  /** Gives the intent to who waits; one that nobody waits for answered an older question and is dropped. */
  give(intent: Intent): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    waiting?.(intent)
  }

  /** The next intent, or undefined once `untilMs` (epoch) has passed; throws the signal's reason when it aborts. */
  next(signal: AbortSignal, untilMs?: number): Promise<Intent | undefined> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted()
      const timer =
        untilMs === undefined
          ? undefined
          : setTimeout(() => finish(() => resolve(undefined)), untilMs - Date.now())
      const onAbort = () => finish(() => reject(signal.reason))
      const finish = (settle: () => void) => {
        clearTimeout(timer)
        signal.removeEventListener('abort', onAbort)
        this.#waiting = undefined
        settle()
      }
      signal.addEventListener('abort', onAbort)
      this.#waiting = (intent) => finish(() => resolve(intent))
    })
  }

  /** Waits for one of these intents and lets all others pass. */
  async oneOf<Kind extends Intent['do']>(
    signal: AbortSignal,
    kinds: readonly Kind[],
    untilMs?: number,
  ): Promise<Extract<Intent, { do: Kind }> | undefined> {
    // By a clock that nobody sets: each intent that passes would else count the time that is left anew.
    const ends = untilMs === undefined ? undefined : performance.now() + untilMs - Date.now()
    for (;;) {
      const left = ends === undefined ? undefined : Date.now() + ends - performance.now()
      const intent = await this.next(signal, left)
      if (intent === undefined) return undefined
      if ((kinds as readonly string[]).includes(intent.do)) return intent as Extract<Intent, { do: Kind }>
    }
  }
}
