import type { Learned } from '../../observe/trace/learned.ts'
import { type LearnedFacts, mergeLearned } from '../../observe/trace/learned-facts.ts'

type Trace = Pick<Learned, 'failed' | 'files'>

/** What following the service told so far: with strace in clones, and by its live traffic. */
export class Learning {
  #facts: LearnedFacts | undefined
  #trace: Trace | undefined
  #keptThen: number | undefined
  #why: string | undefined
  #live: readonly string[] = []

  /** `facts` are those of earlier sessions. */
  constructor(facts?: LearnedFacts) {
    this.#facts = facts
  }

  get facts(): LearnedFacts | undefined {
    return this.#facts
  }

  /** The last trace of this walk, whole: what fails without any trial is no sign of one. */
  get trace(): Trace | undefined {
    return this.#trace
  }

  /** Why it could not be followed the last time: one line. */
  get why(): string | undefined {
    return this.#why
  }

  /** What came of learning from the live service's traffic, in sentences. */
  get live(): readonly string[] {
    return this.#live
  }

  /** It was followed in this walk, but with other stages in force than the `kept` of now. */
  isOutdated(kept: number): boolean {
    return this.#keptThen !== undefined && this.#keptThen !== kept
  }

  /** It was followed in a clone, with as many stages `kept` as now. */
  followed(found: { facts: LearnedFacts; trace: Trace }, kept: number): LearnedFacts {
    this.#trace = found.trace
    this.#keptThen = kept
    this.#why = undefined
    return this.heard(found.facts)
  }

  /** It could not be followed; what was learned before stays. */
  notFollowed(why: string): void {
    this.#why = why
  }

  /** Takes more facts to those that are known, and returns them all. */
  heard(found: LearnedFacts): LearnedFacts {
    this.#facts = mergeLearned(this.#facts, found)
    return this.#facts
  }

  /** What came of learning from live traffic, in sentences. */
  summedUp(live: readonly string[]): void {
    this.#live = live
  }
}
