import type { Assignment, Directive } from '../../catalog/common/types.ts'
import { foreignLine, isOwnLinesOnly } from '../../catalog/common/written-values.ts'
import { CATALOG } from '../../catalog/index.ts'
import { ExpectedError, reasonOf } from '../../host/errors.ts'
import { renderDropIn } from '../../systemd/settings/drop-in.ts'
import { parseUnitText, type UnitLine } from '../../systemd/settings/unit-files.ts'
import type { PlannedDirective } from '../plan/schema.ts'

/** The text is no drop-in that hardenctl tries. One line that begins with "it" or a name. */
export class StrangerError extends ExpectedError {
  override name = 'StrangerError'
}

const SHOWN_NAMES = 5

/** A line with the directive that it is tried as. */
interface Known {
  directive: Directive
  line: Assignment
  number: string
}

function numberOf({ place }: UnitLine): string {
  return place.slice(place.lastIndexOf(':') + 1)
}

/**
 * The directive that writes the setting; undefined where it hardens nothing, or where only this host's own proposal can
 * say what goes with it, as for another account. Writable paths belong to what makes the others read-only.
 */
function directiveOf(key: string, keys: ReadonlySet<string>): Directive | undefined {
  const writing = CATALOG.filter(
    (one) => (one.key === key || Object.hasOwn(one.writes ?? {}, key)) && !isOwnLinesOnly(one, key),
  ).filter(({ key: name }) => name !== 'User')
  const beside = writing.find((one) => one.key !== key && keys.has(one.key))
  return beside ?? writing.find((one) => one.key === key) ?? writing[0]
}

function knownLine(line: UnitLine, keys: ReadonlySet<string>): Known | undefined {
  const directive = line.section === 'Service' ? directiveOf(line.key, keys) : undefined
  if (directive === undefined) return undefined
  const { key, value } = line
  return { directive, line: { section: 'Service', key, value }, number: numberOf(line) }
}

function requireValue({ directive, line, number }: Known): void {
  const { key, value } = line
  const problem = foreignLine(directive, line)
  if (problem !== undefined) throw new StrangerError(`${problem} (line ${number})`)
  if (value === '' && directive.key === key && directive.takes.list === undefined)
    throw new StrangerError(`${key}= has no value (line ${number})`)
}

function requireKnown(lines: readonly UnitLine[], keys: ReadonlySet<string>): void {
  const foreign = lines.filter((line) => knownLine(line, keys) === undefined)
  if (foreign.length === 0) return
  const names = foreign
    .slice(0, SHOWN_NAMES)
    .map((line) => `${line.key.slice(0, 60)}= (line ${numberOf(line)})`)
  const more = foreign.length > SHOWN_NAMES ? ` and ${foreign.length - SHOWN_NAMES} more` : ''
  throw new StrangerError(
    `it sets ${names.join(', ')}${more}: only hardening settings of [Service] are tried`,
  )
}

function requireWritable(lines: readonly Assignment[]): void {
  try {
    renderDropIn([], [{ comment: [], assignments: lines }])
  } catch (error) {
    throw new StrangerError(reasonOf(error))
  }
}

function rowOf([first, ...more]: readonly Known[]): PlannedDirective[] {
  if (first === undefined) return []
  const all = [first, ...more]
  const { key } = first.directive
  const own = all.filter(({ line }) => line.key === key).map(({ line }) => line.value)
  const numbers = [...new Set(all.map(({ number }) => number))]
  return [
    {
      directive: key,
      state: 'taken',
      left: null,
      why: null,
      value: own.filter(Boolean).join(', ').slice(0, 4096),
      assignments: all.map(({ line }) => line),
      gain: 0,
      evidence: [{ kind: 'asked', text: `The drop-in has it (line ${numbers.join(', ')}).`, trial: null }],
      proof: { state: 'none', reason: null, oddity: null },
      loosened_by: [],
      owners: [],
      account: null,
    },
  ]
}

/**
 * The rows of a drop-in that anybody may have written, in the order of the catalog. Throws StrangerError for a line that
 * is no hardening, and for a value that its directive does not take. Pure.
 */
export function parseDropIn(text: string): PlannedDirective[] {
  const lines = parseUnitText(text)
  const keys = new Set(lines.map(({ key }) => key))
  requireKnown(lines, keys)
  const known = lines.flatMap((line) => knownLine(line, keys) ?? [])
  for (const one of known) requireValue(one)
  requireWritable(known.map(({ line }) => line))
  if (known.length === 0) throw new StrangerError('it has no setting')
  const byDirective = Map.groupBy(known, ({ directive }) => directive)
  return CATALOG.flatMap((directive) => rowOf(byDirective.get(directive) ?? []))
}
