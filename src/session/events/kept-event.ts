import type { KeptNow } from '../overview/kept.ts'
import type { StoredState } from '../store/store.ts'
import type { Untimed } from './schema.ts'

/** What is kept of a unit. `exposure` is ×10, `checks` the answers of the saved checks if they were asked. */
export function keptEvent(
  { unit, stock, kept }: StoredState,
  { unfinished, wrong }: KeptNow,
  exposure: number | undefined,
  checks?: readonly { holds: boolean; line: string }[],
): Untimed {
  return {
    event: 'kept',
    unit,
    exposure: { before: stock / 10, now: exposure === undefined ? null : exposure / 10 },
    in_force: wrong.length === 0,
    unfinished,
    stages: kept.map(({ stage, at, before, after, assignments }) => ({
      stage,
      since: at,
      before: before / 10,
      after: after / 10,
      settings: assignments.map(({ key, value }) => ({ directive: key, value })),
    })),
    not_in_force: wrong.map(({ key, asked, shown }) => ({ directive: key, asked, shown })),
    checks: checks?.map(({ holds, line }) => ({ holds, check: line })) ?? null,
  }
}
