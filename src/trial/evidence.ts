import type { Assignment } from '../catalog/types.ts'
import type { SeccompRecord } from '../systemd/audit.ts'
import type { JournalEntry } from '../systemd/journal.ts'
import type { Glimpse } from './glimpse.ts'
import type { Reason } from './judge.ts'

/** What is known of one failed trial, of that invocation alone. */
export interface Evidence {
  reasons: readonly Reason[]
  last: Glimpse | undefined
  journal: readonly JournalEntry[]
  records: readonly SeccompRecord[]
  /** What the trial asked for. */
  assignments: readonly Assignment[]
  /** Capabilities of the bounding set in force, cap_chown. */
  capabilities: readonly string[]
  /** "@group" → system calls. */
  groups: Record<string, string[]>
}
