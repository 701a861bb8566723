import { withoutProcessNumbers } from '../merge/sources.ts'
import { machinesOf } from '../plan/here.ts'
import {
  commandsWarning,
  gaveWay,
  ownerWords,
  plannedAccounts,
  plannedOwners,
  provenWords,
} from '../plan/plan-words.ts'
import { plannedHeading, takenOf, takenStages } from '../plan/planned-settings.ts'
import type { Plan, PlannedDirective, PlannedStage } from '../plan/schema.ts'
import { ratedTenths } from '../store/score.ts'
import { commentedDropIn, commentLines, type DirectivePart } from './drop-in-comments.ts'

/** More reasons are in the plan. */
const MOST_SENTENCES = 4

/** The strongest reasons, and what gave way. */
function reasons(one: PlannedDirective): string[] {
  const broke = gaveWay(one)
  const others = one.evidence.map(({ text }) => text).filter((text) => !broke.includes(text))
  return [...others.slice(0, Math.max(1, MOST_SENTENCES - broke.length)), ...broke].slice(0, MOST_SENTENCES)
}

function directivePart(stage: PlannedStage, one: PlannedDirective): DirectivePart {
  const sentences = [...reasons(one).map(withoutProcessNumbers), provenWords(one, stage.proof)]
  const warning = commandsWarning(one.assignments)
  return {
    heading: plannedHeading(stage),
    comment: commentLines([...sentences, ...(warning === undefined ? [] : [warning])].join(' ')),
    assignments: one.assignments,
  }
}

function header(plan: Plan): string[] {
  const { unit, hardenctl, at, exposure } = plan
  const releases = [...new Set(machinesOf(plan).map(({ systemd }) => systemd))].join(', ')
  const [owners, accounts] = [plannedOwners(plan), plannedAccounts(plan)]
  return [
    `Hardening of ${unit}: exposure ${ratedTenths(exposure.before)} → ${ratedTenths(exposure.after)}, as systemd-analyze security counts it`,
    `By a plan of hardenctl ${hardenctl}, ${at.slice(0, 10)}, rehearsed in clones with ${releases}`,
    ...(accounts.length === 0
      ? []
      : [`It needs the account: ${accounts.map(({ name }) => name).join(', ')}`]),
    ...(owners.length === 0
      ? []
      : ['It needs these owners of files:', ...owners.map((one) => `- ${ownerWords(one)}`)]),
  ]
}

/** The drop-in that a plan comes to, with a comment on each directive, to be kept in a repository. Pure. */
export function planDropIn(plan: Plan): string {
  const before: DirectivePart = {
    heading: '',
    comment: commentLines(
      `Kept before the plan, which builds on it. ${commandsWarning(plan.kept_before) ?? ''}`,
    ),
    assignments: plan.kept_before,
  }
  const taken = takenStages(plan).flatMap((stage) => takenOf(stage).map((one) => directivePart(stage, one)))
  return commentedDropIn(header(plan), [before, ...taken])
}
