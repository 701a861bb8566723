import type { Assignment } from '../../catalog/common/types.ts'
import { wordsOf } from '../../catalog/common/values.ts'
import { CATALOG } from '../../catalog/index.ts'
import type { Groups } from '../../systemd/settings/settings-kinds.ts'
import { kindOf } from '../../systemd/settings/settings-kinds.ts'
import type { Here } from './here.ts'
import type { Plan, PlannedDirective } from './schema.ts'

type Known = Pick<Here, 'systemd' | 'groups'>

/** systemd 247 and newer list all calls that they know in this group. */
const ALL_CALLS = '@known'

function isKnownCall(word: string, groups: Groups): boolean {
  const name = word.replace(/:.*$/, '')
  const known = name.startsWith('@') ? Object.keys(groups) : (groups[ALL_CALLS] ?? [])
  return known.length === 0 || known.includes(name)
}

/** The line without the calls that this systemd does not know; undefined if nothing is left of it. */
function knownLine(line: Assignment, groups: Groups): Assignment | undefined {
  const { key, value } = line
  if (kindOf(key) !== 'syscalls' || value === '') return line
  const [sign, names] = value.startsWith('~') ? ['~', value.slice(1)] : ['', value]
  const known = wordsOf(names).filter((word) => isKnownCall(word, groups))
  return known.length === 0 ? undefined : { ...line, value: `${sign}${known.join(' ')}` }
}

function unknownCalls({ assignments }: PlannedDirective, groups: Groups): string[] {
  const words = assignments
    .filter(({ key }) => kindOf(key) === 'syscalls')
    .flatMap(({ value }) => wordsOf(value.replace(/^~/, '')))
  return [...new Set(words)].filter((word) => !isKnownCall(word, groups))
}

/** Why a row is left off here, or what of it is. */
function unknownWords(row: PlannedDirective, { systemd, groups }: Known): string | undefined {
  const since = CATALOG.find(({ key }) => key === row.directive)?.since ?? 0
  if (systemd < since) return `systemd ${systemd} does not know it: systemd ${since} introduced it.`
  const calls = unknownCalls(row, groups)
  return calls.length === 0 ? undefined : `systemd ${systemd} does not know ${calls.join(', ')}.`
}

/** The row without what this systemd does not know. */
export function rowKnownHere(row: PlannedDirective, here: Known): PlannedDirective {
  const why = unknownWords(row, here)
  if (row.state !== 'taken' || why === undefined) return row
  const assignments = row.assignments.flatMap((line) => knownLine(line, here.groups) ?? [])
  const isLost = unknownCalls(row, here.groups).length === 0
  return isLost ? { ...row, state: 'unknown', why, assignments: [] } : { ...row, assignments }
}

/** The plan without what this host's systemd does not know, and sentences on that. Pure. */
export function knownHere(plan: Plan, here: Known): { plan: Plan; leftOff: string[] } {
  const stages = plan.stages.map((stage) => ({
    ...stage,
    directives: stage.directives.map((row) => rowKnownHere(row, here)),
  }))
  const leftOff = plan.stages
    .flatMap(({ directives }) => directives.filter(({ state }) => state === 'taken'))
    .flatMap((row) => {
      const why = unknownWords(row, here)
      return why === undefined ? [] : [`${row.directive} is left off: ${why}`]
    })
  return { plan: { ...plan, stages }, leftOff }
}
