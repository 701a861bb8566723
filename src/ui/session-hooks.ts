import { createContext, useContext, useMemo, useSyncExternalStore } from 'react'
import { printableState } from '../host/printable.ts'
import type { Intent } from '../session/walk/intent.ts'
import type { Session, WalkState } from '../session/walk/state.ts'

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
