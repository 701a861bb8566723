import type { Assignment } from '../../catalog/common/types.ts'
import type { SeccompRecord } from '../../systemd/log/audit.ts'
import type { JournalEntry } from '../../systemd/log/journal.ts'
import type { Reason } from '../health/judge.ts'
import type { UnitSnapshot } from '../health/unit-snapshot.ts'

/** What is known of one failed trial, of that invocation alone. */
export interface FailureEvidence {
  reasons: readonly Reason[]
  last: UnitSnapshot | undefined
  journal: readonly JournalEntry[]
  records: readonly SeccompRecord[]
  /** What the trial asked for. */
  assignments: readonly Assignment[]
  /** Capabilities of the bounding set in force, cap_chown. */
  capabilities: readonly string[]
  /** "@group" → system calls. */
  groups: Record<string, string[]>
}
