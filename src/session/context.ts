import type { Host } from '../host/host.ts'
import type { IntentQueue } from './intents.ts'
import type { Subject } from './preflight.ts'
import type { WalkEvent } from './reducer.ts'
import type { StoredState } from './store.ts'

export interface WalkOptions {
  host: Host
  /** As given by the person. */
  unit: string
  /** Seconds for the answer to Keep? */
  keepSeconds: number
  /** Every stage is proven in a clone of the host before the live service is touched. */
  rehearse: boolean
  /** Checks given on the command line, as text. */
  checks: readonly string[]
}

/** What every part of the walk works with. */
export interface WalkContext {
  host: Host
  subject: Subject
  options: WalkOptions
  intents: IntentQueue
  signal: AbortSignal
  dispatch(event: WalkEvent): void
  /** The state on disk, as last saved. */
  stored: StoredState
  save(change: Partial<StoredState>): Promise<void>
}

/** Thrown through the walk by Ctrl-C. */
export class Interrupted extends Error {
  override name = 'Interrupted'
}
