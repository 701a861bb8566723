import { createContext, useContext, useMemo, useSyncExternalStore } from 'react'
import type { Intent, Phase, Session, WalkState } from '../session/state.ts'
import { cleanState } from './clean.ts'

/**
 * Counts the session's changes. The count is the snapshot, so it does not matter whether the session hands out
 * a new object for each change, a fresh one for each call or the same one for ever.
 */
export class Changes {
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
  return useMemo(() => cleanState(session.state()), [session, count])
}

export type Send = (intent: Intent) => void

export const SendContext = createContext<Send>(() => {})

export function useSend(): Send {
  return useContext(SendContext)
}

/** Two states with the same name ask the person the same thing; a key meant for one must not answer another. */
export function questionOf(state: WalkState): string {
  return state.stopping !== undefined ? 'stopping' : questionOfPhase(state.phase)
}

function questionOfPhase(phase: Phase): string {
  if (phase.at === 'question') return `question ${phase.id}`
  if (phase.at === 'baseline') return `baseline ${phase.measuring ? 'measuring' : 'choosing'}`
  return 'stage' in phase ? `${phase.at} ${phase.stage}` : phase.at
}

/** Phases that come by themselves, while the person may be typing for whatever was there before. */
export function comesUnasked(phase: Phase): boolean {
  return phase.at === 'keep' || phase.at === 'failed'
}
