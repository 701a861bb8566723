import { formatScore } from '../store/score.ts'
import type { FailedPhase, WalkState } from './state.ts'

type Relaxation = FailedPhase['relaxations'][number]

/** What a screen says of a failure, in the order in which a person asks; each a sentence or a few words. */
export interface FailureWords {
  headline: string
  /** What the service was missing; undefined where nothing names it. */
  needed?: string
  /** That the service is back, and how that was proven. */
  back: readonly string[]
  reason: string
}

export function failureWords(phase: FailedPhase, target: WalkState['target']): FailureWords {
  const what = phase.stage === 'all' ? 'The change of all stages' : 'The change'
  const headline =
    target === 'live'
      ? `${what} broke the live service and was rolled back.`
      : `${what} broke the service in the rehearsal; the live service was not touched.`
  const needed = [...new Set(phase.relaxations.flatMap((one) => one.needed ?? []))].join('; ')
  return { headline, back: phase.undone, reason: phase.reason, ...(needed && { needed }) }
}

/** "allow x, which y called (exposure +0.1)" */
export function proposalText({ text, cost }: Relaxation): string {
  return `${text} (exposure +${formatScore(Math.max(0, cost))})`
}
