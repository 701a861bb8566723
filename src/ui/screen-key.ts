import { createContext, useContext, useMemo, useSyncExternalStore } from 'react'
import { printableState } from '../host/printable.ts'
import type { Intent, Phase, Session, WalkState } from '../session/walk/state.ts'

/**
 * Counts the session's changes. The count is the snapshot, so it does not matter whether the session hands out
 * a new object for each change, a fresh one for each call or the same one for ever.
 */
class Changes {
  #count = 0
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
  }

  readonly count = (): number => this.#count

  readonly subscribe = (listener: () => void): (() => void) =>
    this.#session.subscribe(() => {
      this.#count += 1
      listener()
    })
}

export function useWalkOf(session: Session): WalkState {
  const changes = useMemo(() => new Changes(session), [session])
  const count = useSyncExternalStore(changes.subscribe, changes.count, changes.count)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the count stands for the state.
  return useMemo(() => printableState(session.state()), [session, count])
}

export type Send = (intent: Intent) => void

export const SendContext = createContext<Send>(() => {})

export function useSend(): Send {
  return useContext(SendContext)
}

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
