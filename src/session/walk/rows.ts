import type { NotProposed } from '../../catalog/common/types.ts'
import type { Check } from '../../trial/health/check.ts'

export interface Relaxation {
  id: string
  /** "allow fchownat (of @chown), which chown called" */
  text: string
  /** It names what was missing; the others only point at a directive. */
  precise: boolean
  /** What was missing, to be read after "it needed". */
  needed?: string
  /** Exposure ×10 that it gives back. */
  cost: number
}

export interface Row {
  id: string
  key: string
  value: string
  /** A row that can't be ticked says why in `unavailable`. */
  ticked: boolean
  unavailable?: NotProposed
  recommended: boolean
  what: string
  evidence: string[]
  breaks: string
  wins: string
  caution?: string
  /** Another way to the same end, and what it comes to. */
  other?: string
  /** Exposure ×10 that this row alone takes from the present settings. */
  gain: number
  proof: Proof
}

/** What clones of this host say of a change. */
export type Proof =
  /** none: no clone is asked. */
  | { state: 'none' | 'waiting' | 'proving' }
  /** Restart, health, reload, stop, and a start as after a boot. `oddity`: what is other than unhardened all the same. */
  | { state: 'proven'; oddity?: string }
  /** unprovable: no clone can tell. `reason`: a few words. */
  | { state: 'breaks' | 'unprovable'; reason: string }

export interface CheckRow {
  id: string
  label: string
  ticked: boolean
  request: Check
  /** Proposed by hardenctl, not by the person: it is dropped if it does not hold. */
  proposed?: true
  /** What the last measurements answered: "200 ×3"; undefined before. */
  answered?: string
}

export interface StepRow {
  id: string
  label: string
  state: 'waiting' | 'running' | 'done' | 'failed'
  ms?: number
  detail?: string
}
