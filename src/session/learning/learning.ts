import type { Learned } from '../../observe/trace/learned.ts'
import { type LearnedFacts, mergeLearned } from '../../observe/trace/learned-facts.ts'

type Trace = Pick<Learned, 'failed' | 'files'>

/** Facts from following the service: with strace in clones, and from its live traffic. */
export class Learning {
  #facts: LearnedFacts | undefined
  #trace: Trace | undefined
  #keptThen: number | undefined
  #why: string | undefined
  #live: readonly string[] = []
  #refused: readonly string[] = []

  /** `facts` are those of earlier sessions. */
  constructor(facts?: LearnedFacts) {
    this.#facts = facts
  }

  get facts(): LearnedFacts | undefined {
    return this.#facts
  }

  /** The last complete trace of this walk: a call that fails there without any trial proves nothing. */
  get trace(): Trace | undefined {
    return this.#trace
  }

  /** Why the last attempt to follow it failed: one line. */
  get why(): string | undefined {
    return this.#why
  }

  /** What came of learning from the live service's traffic, in sentences. */
  get live(): readonly string[] {
    return this.#live
  }

  /** What the service logs as refused with the stages in force, without numbers. */
  get refused(): readonly string[] {
    return this.#refused
  }

  /** A stage comes into force under which the service logged these refusals in a clone. */
  complained(refused: readonly string[]): void {
    this.#refused = refused
  }

  /** It was followed in this walk, but with other stages in force than `kept`. */
  isOutdated(kept: number): boolean {
    return this.#keptThen !== undefined && this.#keptThen !== kept
  }

  /** It was followed in a clone, with the same number of stages `kept`. */
  followed(found: { facts: LearnedFacts; trace: Trace }, kept: number): LearnedFacts {
    this.#trace = found.trace
    this.#keptThen = kept
    this.#why = undefined
    return this.heard(found.facts)
  }

  /** The same for another walk: what is found there is not found here. */
  copy(): Learning {
    const other = new Learning(this.#facts)
    other.take(this)
    return other
  }

  /** Takes over all that another walk has found. */
  take(other: Learning): void {
    this.#facts = other.#facts
    this.#trace = other.#trace
    this.#keptThen = other.#keptThen
    this.#why = other.#why
    this.#live = other.#live
    this.#refused = other.#refused
  }

  /** It could not be followed; what was learned before stays. */
  notFollowed(why: string): void {
    this.#why = why
  }

  /** Adds facts to the known ones, and returns all. */
  heard(found: LearnedFacts): LearnedFacts {
    this.#facts = mergeLearned(this.#facts, found)
    return this.#facts
  }

  /** What came of learning from live traffic, in sentences. */
  summedUp(live: readonly string[]): void {
    this.#live = live
  }
}
