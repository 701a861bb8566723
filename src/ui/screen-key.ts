import type { Phase, WalkState } from '../session/walk/state.ts'

/** The machine that the screen is about. A plan is about the machine that it will be applied to. */
export function targetOf({ phase, target }: WalkState): WalkState['target'] {
  return phase.at === 'confirm' ? phase.target : target
}

/** The introduction covers the screens that come before anything is tried. */
export function isIntroducing({ introducing, stopping, phase }: WalkState): boolean {
  const isEarly = phase.at === 'looking' || phase.at === 'question' || phase.at === 'baseline'
  return introducing === true && stopping === undefined && isEarly
}

/** The key of what stays mounted: cursor, scrolling and overlay restart with each name. Proofs may change below it. */
export function screenOf(state: WalkState): string {
  const { phase } = state
  if (state.stopping !== undefined) return 'stopping'
  if (isIntroducing(state)) return 'introduction'
  switch (phase.at) {
    case 'question':
      return `question ${phase.id}`
    case 'baseline':
      return `baseline ${phase.measuring ? 'measuring' : 'choosing'}`
    case 'stage':
    case 'trial':
      return `${phase.at} ${phase.stage}`
    case 'confirm':
    case 'keep':
    case 'failed':
      return `${phase.at} ${phase.stage} ${targetOf(state)}`
    case 'looking':
    case 'refused':
    case 'learning':
    case 'done':
      return phase.at
    default:
      return phase satisfies never
  }
}

/**
 * Two states with the same name ask the same question; a key meant for one must not answer another. A proof that
 * changes asks nothing new, except when it turns a plan into one known to break, or when a login allows a change to be
 * kept.
 */
export function screenKeyOf(state: WalkState): string {
  const isPhase = state.stopping === undefined && !isIntroducing(state)
  const news = isPhase ? newsOf(state.phase) : undefined
  return news === undefined ? screenOf(state) : `${screenOf(state)} ${news}`
}

/** What came up on a screen that makes its question another one. */
function newsOf(phase: Phase): string | undefined {
  switch (phase.at) {
    case 'confirm':
      return isKnownToBreak(phase) ? 'broken' : undefined
    case 'keep':
      return phase.login?.seen === undefined ? undefined : 'login'
    case 'looking':
    case 'refused':
    case 'question':
    case 'baseline':
    case 'stage':
    case 'learning':
    case 'trial':
    case 'failed':
    case 'done':
      return undefined
    default:
      return phase satisfies never
  }
}

function isKnownToBreak({ rehearsal }: Extract<Phase, { at: 'confirm' }>): boolean {
  return rehearsal.state === 'breaks'
}

/** Phases that appear by themselves while the person may be typing for an earlier one. */
export function comesUnasked(phase: Phase): boolean {
  switch (phase.at) {
    case 'confirm':
      return phase.stage === 'all' || isKnownToBreak(phase)
    case 'keep':
    case 'failed':
      return true
    case 'looking':
    case 'refused':
    case 'question':
    case 'baseline':
    case 'stage':
    case 'learning':
    case 'trial':
    case 'done':
      return false
    default:
      return phase satisfies never
  }
}
