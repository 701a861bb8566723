import { seen } from './evidence.ts'
import type { Assignment, Evidence, NotProposed, Proposed, Rung } from './types.ts'

/** One line of [Service]. */
export function service(key: string, value: string): Assignment {
  return { section: 'Service', key, value }
}

/**
 * A list setting, written whole. Lists of several files add up, and the first line of a SystemCallFilter= decides its
 * kind, so the list is emptied first (systemd.exec(5)). An empty list is the reset alone.
 */
export function list(key: string, values: readonly string[]): Assignment[] {
  return values.length === 0 ? [service(key, '')] : [service(key, ''), service(key, values.join(' '))]
}

type More = Partial<Omit<Proposed, 'kind' | 'value' | 'assignments' | 'evidence' | 'ladder'>>

/** `ladder`: values from tight to loose, the proposed one among them; a trial that breaks moves one down. */
export function proposed(
  value: string,
  assignments: Assignment[],
  evidence: readonly (string | Evidence)[],
  { ladder: rungs, ...more }: More & { ladder?: readonly Rung[] } = {},
): Proposed {
  const at = rungs?.findIndex((rung) => sameAssignments(rung.assignments, assignments)) ?? -1
  return {
    kind: 'propose',
    value,
    assignments,
    evidence: evidence.map((one) => (typeof one === 'string' ? seen(one) : one)),
    recommended: more.caution === undefined,
    ...(rungs === undefined ? {} : { ladder: at < 0 ? { rungs } : { rungs, at } }),
    ...more,
  }
}

export function inForce(why: string, value?: string): NotProposed {
  return value === undefined ? { kind: 'in-force', why } : { kind: 'in-force', why, value }
}

export function unfit(why: string): NotProposed {
  return { kind: 'unfit', why }
}

export function sameAssignments(a: readonly Assignment[], b: readonly Assignment[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ section, key, value }, at) => {
      const other = b[at]
      return other?.section === section && other.key === key && other.value === value
    })
  )
}

/** "a, b and 3 more": a row of a list has one line. */
export function few(names: readonly string[], most = 4): string {
  if (names.length <= most) return names.join(', ')
  return `${names.slice(0, most).join(', ')} and ${names.length - most} more`
}

export function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)]
}
