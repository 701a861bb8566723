import { missingText } from '../../catalog/common/remedy.ts'
import type { CommandEnd } from '../exit-code.ts'
import type { Plan, PlannedDirective } from '../plan/schema.ts'
import type { Outcome } from './outcomes.ts'

export interface TriedRow {
  directive: string
  value: string
  outcome: Outcome
  /** A sentence; '' where there is nothing to say. */
  why: string
}

function outcomeOf({ state, left, loosened_by }: PlannedDirective): Outcome {
  if (state === 'taken') return loosened_by.length === 0 ? 'holds' : 'given-more'
  if (state !== 'left') return state
  return left === null || left === 'broke' ? 'breaks' : left
}

/** What is not taken by itself was tried all the same, and may break all the same. */
function isHeldBack(row: PlannedDirective, outcome: Outcome): boolean {
  return (outcome === 'not-reached' || outcome === 'person') && row.proof.state === 'proven'
}

function whyOf(row: PlannedDirective, outcome: Outcome): string {
  if (outcome === 'holds') return row.proof.oddity ?? ''
  if (isHeldBack(row, outcome)) return `it held in a clone. ${row.why ?? ''}`
  if (outcome !== 'given-more') return row.why ?? ''
  const missing = row.loosened_by.flatMap((remedy) => missingText(remedy) ?? [])
  return `the service needs ${missing.join(', ')}`
}

/** The rows of a drop-in, as given, by what clones said of them. Pure. */
export function triedRows({ stages }: Plan, given: readonly PlannedDirective[]): TriedRow[] {
  const values = new Map(given.map(({ directive, value }) => [directive, value]))
  return stages.flatMap(({ directives }) =>
    directives.map((row) => {
      const outcome = outcomeOf(row)
      return {
        directive: row.directive,
        value: values.get(row.directive) ?? row.value,
        outcome,
        why: whyOf(row, outcome),
      }
    }),
  )
}

const WORDS: Record<Outcome, string> = {
  holds: 'holds',
  'given-more': 'breaks as it is, and holds with more',
  breaks: 'breaks',
  'not-reached': 'left to you',
  person: 'left to you',
  stage: 'not proven',
  unfit: 'not for this host',
  unknown: 'not known here',
  'in-force': 'in force already',
}

/** "ProtectHome=yes: holds" */
export function triedLine({ directive, value, outcome, why }: TriedRow): string {
  const short = value.length > 60 ? `${value.slice(0, 59)}…` : value
  return `${directive}=${short}: ${WORDS[outcome]}${why === '' ? '' : `: ${why}`}`
}

/** Pure. */
export function endOfTry(rows: readonly TriedRow[]): CommandEnd {
  const isGood = ({ outcome }: TriedRow) => outcome === 'holds' || outcome === 'in-force'
  if (rows.every(isGood)) return 'done'
  return rows.some((row) => isGood(row) || row.outcome === 'given-more') ? 'kept-in-part' : 'nothing-kept'
}

const MOST_NAMED = 8

/** What to type in order to take what held. */
export function howToTake(plan: Plan, rows: readonly TriedRow[], path: string | undefined): string[] {
  const held = rows.filter(({ outcome }) => outcome === 'holds' || outcome === 'given-more')
  if (held.length === 0) return ['Nothing of it is to be taken.']
  const unit = plan.unit.replace(/\.service$/, '')
  if (path !== undefined) return [`What held is a plan in ${path}. To take it: hardenctl apply ${path}`]
  const asked = held.filter(({ outcome, value }) => outcome === 'holds' && /^[\w-]+$/.test(value))
  const sets = asked.slice(0, MOST_NAMED).map(({ directive, value }) => `--set ${directive}=${value}`)
  return [
    `To take what held, give -o FILE, and then: hardenctl apply FILE`,
    ...(sets.length === 0 ? [] : [`Or in a walk, beside its own rows: hardenctl ${unit} ${sets.join(' ')}`]),
  ]
}
