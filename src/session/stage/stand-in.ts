import type { Host } from '../../host/host.ts'
import type { Facts } from '../../observe/facts.ts'
import type { Baseline } from '../../trial/health/baseline.ts'
import { bootStage, type PreparedClone, trialsIn } from '../proof/clone-pool.ts'
import { Rehearsal } from '../proof/rehearsal.ts'
import type { WalkContext } from '../walk/context.ts'
import { Refusal } from '../walk/refusal.ts'

/**
 * The clone that stands in for the live host in a walk with a single restart. It is asked itself, so that a set that
 * held there need not be tried there once more; and where the set held in another clone, that one stands in from then on.
 */
export class StandIn {
  #prepared: PreparedClone
  #lent: { rehearsal: Rehearsal; facts: Facts } | undefined

  constructor(prepared: PreparedClone) {
    this.#prepared = prepared
  }

  get host(): Host {
    return this.#prepared.clone.host
  }

  /** Differences from the live host, in sentences. */
  get notes(): readonly string[] {
    return this.#prepared.clone.notes
  }

  /** Lends it to the proofs of one stage, until settle() or take(). */
  lend(context: WalkContext, facts: Facts, baseline: Baseline): Rehearsal {
    const { clone } = this.#prepared
    const prepared = { ...this.#prepared, trials: trialsIn(context, clone, facts, baseline) }
    const rehearsal = new Rehearsal(prepared, facts, context.learning.trace, {
      isLent: true,
      openTwin: () => bootStage(context, facts, baseline),
    })
    this.#lent = { rehearsal, facts }
    return rehearsal
  }

  /** Has the clone stand in where a set held and is kept now. */
  async take(rehearsal: Rehearsal): Promise<void> {
    const isOther = this.#lent?.rehearsal !== rehearsal
    this.#lent = undefined
    if (!isOther) return
    await this.dispose()
    this.#prepared = rehearsal.prepared
  }

  /** Brings it back to the kept stages after it was lent; boots another one if it can't be used any more. */
  async settle(context: WalkContext, baseline: Baseline): Promise<void> {
    const lent = this.#lent
    this.#lent = undefined
    if (lent === undefined || (await lent.rehearsal.clear())) return
    await this.dispose()
    const booted = await bootStage(context, lent.facts, baseline)
    if ('why' in booted) throw new Refusal(`no clone of this host can be made any more: ${booted.why}`, NEXT)
    this.#prepared = booted
  }

  dispose(): Promise<void> {
    return this.#prepared.clone.dispose()
  }
}

const NEXT = 'The live service was not touched. Without --once hardenctl tries each stage live.'
