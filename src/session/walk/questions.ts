import type { Intent } from './intent.ts'
import type { Phase } from './state.ts'

/** The possible answers to each phase that asks something. */
export const ANSWERS = {
  question: ['answer'],
  baseline: ['toggle-check', 'add-check', 'measure', 'toggle-restarts', 'stop'],
  stage: ['toggle', 'other-way', 'toggle-all', 'review', 'skip-stage', 'stop', 'learn'],
  learning: ['end-learning'],
  confirm: ['apply', 'back'],
  keep: ['keep', 'more-time'],
  failed: ['relax', 'choose-again', 'skip-stage', 'stop', 'insist', 'search'],
} as const satisfies Partial<Record<Phase['at'], readonly Intent['do'][]>>

type Asking = keyof typeof ANSWERS
export type PhaseAt<At extends Phase['at']> = Extract<Phase, { at: At }>
export type AskedPhase = PhaseAt<Asking>
export type AnswerTo<At extends Asking> = Extract<Intent, { do: (typeof ANSWERS)[At][number] }>

/**
 * Shows a phase and waits for one of these answers; other answers are dropped. Undefined once `deadline` (epoch ms) has
 * passed or `stop` aborts. Throws the reason of a Ctrl-C. One question at a time.
 */
export type Ask = <Shown extends AskedPhase, Kind extends AnswerTo<Shown['at']>['do']>(
  phase: Shown,
  kinds: readonly Kind[],
  deadline?: number,
  stop?: AbortSignal,
) => Promise<Extract<Intent, { do: Kind }> | undefined>

interface Wiring {
  /** Ctrl-C. */
  signal: AbortSignal
  show(phase: Phase): void
  /** Answers in a person's place, where nobody is there: undefined as long as it has to wait. */
  answer?: ((phase: AskedPhase) => Intent | undefined) | undefined
  /** Counts the time until the answer, when what it returns is called. */
  timed?: (phase: AskedPhase) => () => void
}

interface Open {
  at: Asking
  kinds: readonly string[]
  settle(intent: Intent): void
}

/** The open question of the walk, and the path of its answer, from a person's keys or from the unattended walk. */
export class Questions {
  readonly #wiring: Wiring
  #open: Open | undefined

  constructor(wiring: Wiring) {
    this.#wiring = wiring
  }

  /** The person's answer; if nobody waits for it, it was meant for an earlier question and is dropped. */
  give(intent: Intent): void {
    if (this.#open?.kinds.includes(intent.do)) this.#open.settle(intent)
  }

  /** The walk shows this now: who stands in for a person may know the answer by what has been found out. */
  shown(phase: Phase): void {
    const open = this.#open
    if (open === undefined || phase.at !== open.at) return
    const intent = this.#wiring.answer?.(phase as AskedPhase)
    if (intent === undefined) return
    // Nobody else will answer, so the walk would wait for ever.
    if (!open.kinds.includes(intent.do)) throw new Error(`${intent.do} does not answer ${open.at}`)
    open.settle(intent)
  }

  ask: Ask = (phase, kinds, deadline, stop) =>
    new Promise((resolve, reject) => {
      const { signal, show } = this.#wiring
      signal.throwIfAborted()
      if (this.#open !== undefined) throw new Error(`${phase.at} is asked while ${this.#open.at} is open`)
      const over = this.#wiring.timed?.(phase)
      const end = (settle: () => void) => {
        clearTimeout(timer)
        over?.()
        signal.removeEventListener('abort', onAbort)
        stop?.removeEventListener('abort', onStop)
        if (this.#open === open) this.#open = undefined
        settle()
      }
      const onAbort = () => end(() => reject(signal.reason))
      const onStop = () => end(() => resolve(undefined))
      const open: Open = {
        at: phase.at,
        kinds,
        settle: (intent) => end(() => resolve(intent as Extract<Intent, { do: (typeof kinds)[number] }>)),
      }
      // A timer uses the monotonic clock, so setting the wall clock has no effect.
      const left = deadline === undefined ? undefined : Math.max(0, deadline - Date.now())
      const timer = left === undefined ? undefined : setTimeout(onStop, left)
      signal.addEventListener('abort', onAbort)
      stop?.addEventListener('abort', onStop)
      this.#open = open
      try {
        show(phase)
      } catch (error) {
        end(() => reject(error))
      }
      if (stop?.aborted) onStop()
    })
}
