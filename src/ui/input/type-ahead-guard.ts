const SETTLE_MS = 150
/** Longer for a screen that appears by itself: it takes a moment to see that it asks something new. */
export const SETTLE_UNASKED_MS = 500

/**
 * Blocks keys that were pressed for an earlier question. Over ssh keys arrive late and bunched, so a key counts only
 * when its question has been on the screen for a moment; earlier keys keep the guard closed.
 */
export class TypeAheadGuard {
  #question = ''
  #opens = 0
  #settle = SETTLE_MS
  readonly #now: () => number

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /** Called when a question's frame was committed. */
  show(question: string, settle = SETTLE_MS): void {
    if (question === this.#question) return
    this.#question = question
    this.#settle = settle
    this.#opens = this.#now() + settle
  }

  /** Milliseconds until keys count. */
  wait(): number {
    return Math.max(0, this.#opens - this.#now())
  }

  /** `asked` is the open question of the session, which may not be on the screen yet. */
  admits(asked: string): boolean {
    return asked === this.#question && this.wait() === 0
  }

  /** A key came too early: whoever is typing ahead gets the whole pause again. */
  pushBack(): void {
    if (this.wait() > 0) this.#opens = this.#now() + this.#settle
  }
}
