import type { Directive, NotProposed, Proposed, Stage } from '../../catalog/common/types.ts'
import { asReached, directivesOf, leftToThePerson, type StageProposal } from '../../catalog/index.ts'
import type { Facts } from '../../observe/facts.ts'
import { difference } from '../../systemd/settings/settings-difference.ts'
import { rowKnownHere } from '../plan/known-here.ts'
import { rowHere } from '../plan/planned-work.ts'
import type { PlannedDirective } from '../plan/schema.ts'
import { beginStage, type StageWork, UNTOUCHED } from '../stage/stage-work.ts'

/** Why the row is not tried, whatever this host's own proposal for it is. */
function against(
  { key }: Directive,
  { assignments }: PlannedDirective,
  own: Proposed | NotProposed,
): string | undefined {
  if (!assignments.some((line) => line.key === key)) return `Without ${key}= it only lets more through.`
  return own.kind === 'in-force' ? `${key}=${own.value ?? ''} is in force. ${own.why}` : undefined
}

/**
 * The row as it is tried here, or why it is not: it is in force, it would loosen something, the facts forbid it, or this
 * systemd does not know it. What the catalog would leave to the person is left to the person. Pure.
 */
function triedRow(
  directive: Directive,
  given: PlannedDirective,
  own: Proposed | NotProposed,
  facts: Facts,
): Proposed | NotProposed {
  const { value } = given
  const { syscallGroups: groups, systemd, unit } = facts
  const known = rowKnownHere(given, { systemd, groups })
  if (known.state === 'unknown') return { kind: 'unknown', why: known.why ?? '', value }
  if (difference(known.assignments, unit.properties, groups).length === 0)
    return { kind: 'in-force', why: '', value }
  const why = against(directive, known, own)
  if (why !== undefined) return { kind: 'unfit', why, value }
  const here = rowHere(directive, known, own, facts)
  if (!('row' in here)) return { kind: 'unfit', why: 'leave' in here ? here.leave : here.problem, value }
  // A caution about what was not reached is of this host's own value, and the drop-in's may leave it open.
  const { caution: _, ...rest } = here.row
  const row: Proposed = { ...rest, isTried: true }
  const isDoubted =
    own.kind === 'propose' && !own.recommended && own.notReached === undefined && own.tickIfProven !== true
  const offered = isDoubted ? leftToThePerson(row, own.caution ?? 'It is not recommended.') : row
  return asReached(directive, offered, facts)
}

/** A stage of the rows of a stranger's drop-in. Pure. */
export function triedWork(rows: readonly PlannedDirective[], stage: Stage, facts: Facts): StageWork {
  const given = new Map(rows.map((row) => [row.directive, row]))
  const own = new Map(beginStage(stage, facts).proposals.map((one) => [one.directive.key, one.result]))
  const proposals = directivesOf(stage).flatMap((directive): StageProposal[] => {
    const row = given.get(directive.key)
    if (row === undefined) return []
    // A row with nothing to change is not shown, so the stage does not have it.
    const result = triedRow(directive, row, own.get(directive.key) ?? directive.propose(facts), facts)
    return [{ directive, result }]
  })
  const current = new Map(
    proposals.flatMap(({ directive, result }) =>
      result.kind === 'propose' ? [[directive.key, result] as const] : [],
    ),
  )
  const ticked = new Set([...current].filter(([, { recommended }]) => recommended).map(([key]) => key))
  return { stage, facts, proposals, current, ticked, ...UNTOUCHED }
}
