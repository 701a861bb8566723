import type { Stage } from '../../catalog/common/types.ts'
import { played } from '../../catalog/reach/reached.ts'
import { USE_WORDS, type Use } from '../../catalog/reach/uses.ts'
import { type Baseline, countsOf } from '../../trial/health/baseline.ts'
import type { FullCheck } from '../../trial/health/full/exchange.ts'
import { fullText } from '../proof/full-words.ts'
import { predict, type StageWork } from '../stage/stage-work.ts'
import { formatScore } from '../store/score.ts'

/** What a walk played of its service, and which rows it left for what it did not. Plain data: `status` tells it again. */
export interface Reached {
  checks: number
  exercises: number
  /** What clones played from its beginning to its end, as clauses; absent where nothing was. */
  full?: string[]
  played: string[]
  /** Directives that deny a possible use which nobody played. */
  rows: string[]
  /** Exposure ×10 that these rows would take. */
  gain: number
}

interface Looked {
  rows: string[]
  gain: number
}

/** Gathers, stage by stage, what was not reached. */
export class ReachLog {
  readonly #stages = new Map<Stage, Looked>()
  #played: ReadonlySet<Use> = new Set()

  /** A stage came to its end with this work, and with these directives kept. */
  ended(work: StageWork, kept: ReadonlySet<string>): void {
    const left = [...work.current].filter(
      ([key, { notReached }]) => notReached !== undefined && !kept.has(key),
    )
    const assignments = left.flatMap(([, proposed]) => proposed.assignments)
    const gain = predict(work.facts, []) - predict(work.facts, assignments)
    this.#played = played(work.facts)
    this.#stages.set(work.stage, { rows: left.map(([key]) => key), gain: Math.max(0, gain) })
  }

  /** `full`: what each trial in a clone played. */
  reached(baseline: Baseline, full: readonly FullCheck[] = []): Reached {
    const stages = [...this.#stages.values()]
    return {
      ...countsOf(baseline),
      ...(full.length === 0 ? {} : { full: full.map(fullText) }),
      played: [...this.#played].map((use) => USE_WORDS[use]),
      rows: stages.flatMap(({ rows }) => rows),
      gain: stages.reduce((sum, { gain }) => sum + gain, 0),
    }
  }
}

function count(number: number, what: string): string {
  return `${number === 0 ? 'no' : number} ${what}${number === 1 ? '' : 's'}`
}

/** "Played: 2 checks and no exercise. Not reached: 4 rows, 0.9 (User, …): give --exercise, learn live, or tick them." */
export function reachLine({ checks, exercises, full = [], played: uses, rows, gain }: Reached): string {
  const seen = uses.length === 0 ? '' : `; seen to ${uses.join(', ')}`
  const inClones = full.length === 0 ? '' : `; in clones ${full.join(', ')}`
  const done = `Played: ${count(checks, 'check')} and ${count(exercises, 'exercise')}${inClones}${seen}.`
  if (rows.length === 0) return `${done} No row was left for a use that was not reached.`
  const left = `${count(rows.length, 'row')}, ${formatScore(gain)} (${rows.join(', ')})`
  return `${done} Not reached: ${left}: give --exercise, learn live, or tick them.`
}
