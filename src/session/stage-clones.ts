import type { Stage } from '../catalog/types.ts'
import type { Host } from '../host/host.ts'
import type { Facts } from '../observe/facts.ts'
import type { Baseline } from '../trial/baseline.ts'
import { AbortedTrial, type Attempt, type Change } from '../trial/transaction.ts'
import type { WalkContext } from './context.ts'
import { isRehearsal, type NoRehearsal, openRehearsal, type Rehearsal } from './rehearsal.ts'

/** What a stage says of a rehearsal that held. */
export const REHEARSED = 'rehearsed first in a clone: restart, reload, stop and start'

export interface Tried {
  /** On which machine. */
  host: Host
  /** The attempt that broke in the clone; undefined when it held, or there was no rehearsal. */
  failed?: Extract<Attempt, { healthy: false }>
  /** What the stage says of it; '' when rehearsal is not wanted. */
  note: string
}

/** The clones of one stage: one is made ready while the person reads, and a fresh one after it was used. */
export class StageClones {
  readonly #context: WalkContext
  readonly #facts: Facts
  readonly #baseline: Baseline
  #next: Promise<Rehearsal | NoRehearsal> | undefined

  constructor(context: WalkContext, facts: Facts, baseline: Baseline) {
    this.#context = context
    this.#facts = facts
    this.#baseline = baseline
  }

  prepare(): void {
    if (!this.#context.options.rehearse) return
    this.#next ??= openRehearsal(this.#context, this.#facts, this.#baseline)
    // An interruption while the person reads is heard by who waits for the person.
    this.#next.catch(() => undefined)
  }

  /** Proves a change in the clone. A clone in which it broke is rolled back and used again; one that passed goes. */
  async rehearse(stage: Stage, change: Change): Promise<Tried> {
    const { dispatch, host, signal } = this.#context
    if (this.#next === undefined) return { host, note: '' }
    dispatch({ type: 'target', target: 'rehearsal' })
    dispatch({ type: 'phase', phase: { at: 'trial', stage, steps: [] } })
    const rehearsal = await this.#next
    if (!isRehearsal(rehearsal)) {
      dispatch({ type: 'target', target: 'live' })
      return { host, note: `not rehearsed: ${rehearsal.why}` }
    }
    const result = await rehearsal.rehearse(stage, change).catch((error) => {
      // What was undone in the clone is of no interest to who leaves: the live service was not touched.
      throw error instanceof AbortedTrial ? signal.reason : error
    })
    if (!result.healthy) return { host: rehearsal.host, failed: result, note: '' }
    await this.dispose()
    dispatch({ type: 'target', target: 'live' })
    return { host, note: REHEARSED }
  }

  async dispose(): Promise<void> {
    const last = await this.#next?.catch(() => undefined)
    this.#next = undefined
    if (isRehearsal(last)) await last.dispose()
  }
}
