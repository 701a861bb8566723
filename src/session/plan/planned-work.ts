import type {
  Assignment,
  Directive,
  Evidence,
  NotProposed,
  Proposed,
  Stage,
} from '../../catalog/common/types.ts'
import { isOwnLinesOnly } from '../../catalog/common/written-values.ts'
import type { StageProposal } from '../../catalog/index.ts'
import type { Facts } from '../../observe/facts.ts'
import { difference } from '../../systemd/settings/settings-difference.ts'
import { beginStage, type StageWork, UNTOUCHED } from '../stage/stage-work.ts'
import { Refusal } from '../walk/refusal.ts'
import { loosened } from './looser.ts'
import { takenOf } from './planned-settings.ts'
import type { Plan, PlannedDirective } from './schema.ts'

/** A row of a plan on this host: as it is tried, or why it is left as it is, or why it can't be applied. */
type RowHere = { row: Proposed } | { leave: string } | { problem: string }

function evidenceOf({ evidence }: PlannedDirective): Evidence[] {
  return evidence.map(({ kind, text }) => ({ kind, text }))
}

function ownLines(directive: Directive, lines: readonly Assignment[]): string {
  return JSON.stringify(lines.filter(({ key }) => isOwnLinesOnly(directive, key)))
}

/** What is other about the files that change hands, since only those of this host's own proposal do. */
function otherOwners({ owners }: PlannedDirective, { ownership = [] }: Proposed): string[] {
  const planned = new Set(owners.map(({ path }) => path))
  const more = ownership.filter(({ path }) => !planned.has(path)).map(({ path }) => path)
  const fewer = [...planned].filter((path) => !ownership.some((wish) => wish.path === path))
  return [
    ...(more.length === 0 ? [] : [`Changes hands here, and not in the plan: ${more.join(', ')}.`]),
    ...(fewer.length === 0 ? [] : [`Changes hands in the plan, and not here: ${fewer.join(', ')}.`]),
  ]
}

/** Pure. `own` is this host's own proposal for the row. */
export function rowHere(
  directive: Directive,
  planned: PlannedDirective,
  own: Proposed | NotProposed,
  facts: Facts,
): RowHere {
  const { assignments, value } = planned
  if (difference(assignments, facts.unit.properties, facts.syscallGroups).length === 0)
    return { leave: 'it is in force' }
  if (own.kind === 'in-force') return { leave: own.why }
  if (own.kind !== 'propose') return { problem: own.why }
  if (ownLines(directive, assignments) !== ownLines(directive, own.assignments))
    return { problem: 'here it would write other lines, and only those of this host are taken.' }
  const worse = loosened(facts, assignments, own.assignments)
  if (worse !== undefined) return { problem: `it would loosen ${worse}` }
  const caution = [...(own.caution === undefined ? [] : [own.caution]), ...otherOwners(planned, own)]
  const { ownership, account } = own
  return {
    row: {
      kind: 'propose',
      value,
      assignments,
      evidence: evidenceOf(planned),
      recommended: true,
      ...(caution.length === 0 ? {} : { caution: caution.join(' ') }),
      ...(ownership === undefined ? {} : { ownership }),
      ...(account === undefined ? {} : { account }),
    },
  }
}

/**
 * The stage as the plan has it, on this host. Its rows are taken exactly or not at all, as if a person insisted. Throws
 * Refusal for a row that can't be applied here.
 */
export function plannedWork(plan: Plan, stage: Stage, facts: Facts): StageWork {
  const { proposals } = beginStage(stage, facts)
  const planned = plan.stages.find((one) => one.stage === stage)
  const rows = planned === undefined ? [] : takenOf(planned)
  const current = new Map<string, Proposed>()
  const left = new Map<string, string>()
  for (const { directive, result } of proposals) {
    const row = rows.find((one) => one.directive === directive.key)
    if (row === undefined) continue
    const found = rowHere(directive, row, result, facts)
    if ('problem' in found)
      throw new Refusal(
        `${directive.key}=${row.value} of the plan can't be applied here: ${found.problem.replace(/\.$/, '')}`,
        `--skip ${directive.key} leaves it out; hardenctl plan makes a plan for this host.`,
      )
    if ('row' in found) current.set(directive.key, found.row)
    else left.set(directive.key, found.leave)
  }
  const asPlanned = proposals.flatMap((one): StageProposal[] => {
    const row = current.get(one.directive.key)
    const why = left.get(one.directive.key)
    if (row !== undefined) return [{ ...one, result: row }]
    return why === undefined ? [] : [{ ...one, result: { kind: 'in-force', why } }]
  })
  const ids = new Set(current.keys())
  return { stage, facts, proposals: asPlanned, current, ticked: ids, ...UNTOUCHED, insisted: ids }
}
