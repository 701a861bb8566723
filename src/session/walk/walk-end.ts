import type { StageOrAll } from '../../catalog/common/types.ts'
import type { CommandEnd } from '../exit-code.ts'
import type { StageResult } from './state.ts'

/** What is known of a walk when it is over. */
export interface WalkCourse {
  /** Why it did not come to its end; absent where it did. */
  cut?: 'refused' | 'interrupted'
  /** An undo is not proven, or the service is not. */
  undoOpen: boolean
  /** The results in the order of time; a stage may be in it more than once. */
  history: readonly StageResult[]
  /** What is kept now, by this walk or an earlier one. */
  kept: readonly StageOrAll[]
  /** Whether one of them was kept by this walk. */
  keptSome: boolean
}

function isKept({ stage }: StageResult, kept: readonly StageOrAll[]): boolean {
  return kept.includes(stage) || kept.includes('all')
}

/** Whether something of the stage was to be kept, and is not: it may have been undone after it was kept. */
function isMissed(result: StageResult, kept: readonly StageOrAll[]): boolean {
  if (result.skippedAs === 'missed' || result.leftOut !== undefined) return true
  return (result.outcome === 'kept' || result.outcome === 'rehearsed') && !isKept(result, kept)
}

/** How the walk ended. */
export function endOfWalk({ cut, undoOpen, history, kept, keptSome }: WalkCourse): CommandEnd {
  if (undoOpen) return 'undo-open'
  if (cut === 'interrupted') return 'interrupted'
  if (cut === 'refused') return keptSome ? 'kept-in-part' : 'nothing-kept'
  const latest = [...new Map(history.map((result) => [result.stage, result])).values()]
  if (latest.some((result) => isMissed(result, kept)))
    return kept.length > 0 ? 'kept-in-part' : 'nothing-kept'
  const isOffered = latest.some(({ outcome, skippedAs }) => outcome !== 'nothing' && skippedAs !== 'unasked')
  return kept.length > 0 || !isOffered ? 'done' : 'nothing-kept'
}
