import type { Lab } from '../kit/lab.ts'

/** One way in which hardenctl, or the host under it, is broken before a step. */
export interface FaultKind {
  name: string
  /** Sent by hardenctl to itself before the step; SIGSTOP when something is done to the host meanwhile. */
  signals: readonly NodeJS.Signals[]
  /** What happens while it stands still; false when there was nothing to do it to. */
  meanwhile?(lab: Lab, unit: string): Promise<unknown>
  /** How it goes on after that: not at all (killed with the host), killed, or as if nothing had been. */
  after?: 'gone' | 'kill' | 'go on'
  /** Makes the host whole again once hardenctl has ended, or half a minute later if it waits for that. */
  mend?(lab: Lab, unit: string, step: string): Promise<void>
  /** Milliseconds until it is mended, whatever becomes of hardenctl meanwhile. */
  lasts?: number
  /** Steps that it is played at; default all. */
  steps?: readonly string[]
  /** More for HARDENCTL_KILL_BEFORE. */
  also?: string
  /** What hardenctl says of it, where the proof was still to come or to be kept. */
  says?: { words: RegExp; at: readonly string[] }
}
