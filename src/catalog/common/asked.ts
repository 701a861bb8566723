import type { Facts } from '../../observe/facts.ts'
import { difference } from '../../systemd/settings/settings-difference.ts'
import { booleanWord } from '../../systemd/settings/settings-values.ts'
import { askedFor, seen } from './evidence.ts'
import { inForce, list, service, unfit } from './proposal.ts'
import type { Assignment, Directive, NotProposed, Proposed, Rung } from './types.ts'
import { type Values, wordsOf } from './values.ts'

/** What a person asks of single rows on the command line. */
export interface Asked {
  /** Directives that are left as they are. */
  skip: readonly string[]
  /** Directives with the value that they are to get, as the person wrote it. */
  set: readonly { key: string; value: string }[]
}

export const NOTHING_ASKED: Asked = { skip: [], set: [] }

/** The lines that give a setting this value alone, whatever other files of the unit say. */
function valueLines(key: string, { list: kind }: Values, value: string): Assignment[] {
  if (kind === undefined) return [service(key, booleanWord(value))]
  // yes and no of RestrictNamespaces= are no words of a list.
  return ['yes', 'no'].includes(value)
    ? [service(key, value)]
    : list(key, [wordsOf(value).join(' ')].filter(Boolean))
}

/** Lines of other rows for a setting that the person decides about would undo what they asked for. */
function withoutKeys<Value extends Rung>(rung: Value, keys: ReadonlySet<string>): Value {
  return { ...rung, assignments: rung.assignments.filter(({ key }) => !keys.has(key)) }
}

function besideAsked(proposed: Proposed, keys: ReadonlySet<string>): Proposed {
  const { ladder, other, squeezes } = proposed
  return {
    ...withoutKeys(proposed, keys),
    ...(ladder && { ladder: { ...ladder, rungs: ladder.rungs.map((rung) => withoutKeys(rung, keys)) } }),
    ...(other && { other: besideAsked(other, keys) }),
    ...(squeezes && { squeezes: squeezes.filter(({ key }) => !keys.has(key)) }),
  }
}

function linesOf(assignments: readonly Assignment[], wanted: string): string {
  return JSON.stringify(assignments.filter(({ key }) => key === wanted))
}

/** The proposal's own lines for this value, with what it needs beside it: writable paths, owners of files. */
function rungWith(
  { key, takes }: Directive,
  result: Proposed | NotProposed,
  value: string,
): Rung | undefined {
  if (result.kind !== 'propose') return undefined
  const wanted = linesOf(valueLines(key, takes, value), key)
  const all: Rung[] = [result, ...(result.ladder?.rungs ?? []), ...(result.other ? [result.other] : [])]
  return all.find(({ assignments }) => linesOf(assignments, key) === wanted)
}

/** The row with the value that the person asked for: ticked, and proven as any other; nothing loosens or tightens it. */
function withAskedValue(
  directive: Directive,
  result: Proposed | NotProposed,
  value: string,
  facts: Facts,
): Proposed | NotProposed {
  if (result.kind === 'unknown') return result
  const own = rungWith(directive, result, value)
  const assignments = own?.assignments ?? valueLines(directive.key, directive.takes, value)
  if (difference(assignments, facts.unit.properties, facts.syscallGroups).length === 0)
    return inForce('You asked for it, and it is in force already.', value)
  const proposes = result.kind === 'propose' ? result : undefined
  const { ownership, account } = own === undefined ? {} : (proposes ?? {})
  return {
    kind: 'propose',
    value,
    assignments,
    evidence: [
      askedFor('You asked for it.'),
      ...(result.kind === 'propose' ? result.evidence : [seen(result.why)]),
    ],
    recommended: true,
    isAsked: true,
    ...(proposes?.caution && { caution: proposes.caution }),
    ...(ownership && { ownership }),
    ...(account && { account }),
  }
}

/** What becomes of a row by what the person asked for. */
export function asAsked(
  directive: Directive,
  result: Proposed | NotProposed,
  { skip, set }: Asked,
  facts: Facts,
): Proposed | NotProposed {
  const { key } = directive
  const wish = set.find((one) => one.key === key)
  const others = new Set([...skip, ...set.map((one) => one.key)].filter((one) => one !== key))
  const row = wish === undefined ? result : withAskedValue(directive, result, wish.value, facts)
  if (row.kind !== 'propose') return row
  return skip.includes(key) ? unfit('You asked to leave it as it is.') : besideAsked(row, others)
}
