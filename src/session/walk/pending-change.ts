import { type DropInPart, mergeAssignments } from '../../systemd/settings/drop-in.ts'
import type { Change } from '../../trial/transaction/trial.ts'

/** All stages kept in the clone but not live yet, as one change, with the parts of its drop-in. */
export interface PendingStages {
  readonly change: Change
  readonly parts: readonly DropInPart[]
}

/** Collects the stages that are kept in the clone of the rehearsal. */
export class PendingChange {
  #stages: PendingStages | undefined

  /** undefined as long as nothing is kept. */
  get stages(): PendingStages | undefined {
    return this.#stages
  }

  /** One more stage was kept; `parts` are those of all stages by now. */
  add(change: Change, parts: readonly DropInPart[]): void {
    const before = this.#stages?.change
    const sum: Change = {
      ...before,
      ...change,
      assignments: mergeAssignments(before?.assignments ?? [], change.assignments),
      ownership: [...(before?.ownership ?? []), ...change.ownership],
    }
    this.#stages = { change: sum, parts }
  }
}
