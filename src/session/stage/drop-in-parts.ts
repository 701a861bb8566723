import { STAGES, type StageOrAll, titleOf } from '../../catalog/common/types.ts'
import type { Assignment } from '../../systemd/settings/assignment.ts'
import { type DropInPart, mergeAssignments, withLastWord } from '../../systemd/settings/drop-in.ts'
import { formatScore } from '../store/score.ts'
import type { KeptStage } from '../store/store.ts'

/** "Stage 2, user switch: exposure 7.2 → 6.5"; exposures ×10. */
export function stageHeading(stage: StageOrAll, before: number, after: number): string {
  const number = stage === 'all' ? '' : `Stage ${STAGES.indexOf(stage) + 1}, `
  const title = `${number}${titleOf(stage).toLowerCase()}`.replace(/^all/, 'All')
  return `${title}: exposure ${formatScore(before)} → ${formatScore(after)}`
}

/**
 * The kept drop-in, stage by stage with a comment each. A key that a later stage sets again appears only there: the
 * user switch narrows the bounding set of the capabilities stage.
 */
export function dropInParts(kept: readonly KeptStage[]): DropInPart[] {
  return withLastWord(
    kept.map(({ stage, assignments, before, after, at }) => ({
      comment: [`${stageHeading(stage, before, after)}, proven ${at.slice(0, 16)}Z`],
      assignments,
    })),
  )
}

/** What was kept in one restart comes before what was kept stage by stage later. */
function orderOf(stage: StageOrAll): number {
  return stage === 'all' ? -1 : STAGES.indexOf(stage)
}

/** When it was kept, but never before what was kept earlier: the clock may have been set back since. */
function timeAfter(kept: readonly KeptStage[], at: string): string {
  const latest = Math.max(0, ...kept.map((stage) => Date.parse(stage.at) || 0))
  return Date.parse(at) > latest ? at : new Date(latest + 1).toISOString()
}

/** Stages in their order, a stage kept again merged with what was kept of it before. */
export function withStage(kept: readonly KeptStage[], latest: KeptStage): KeptStage[] {
  const added = { ...latest, at: timeAfter(kept, latest.at) }
  const before = kept.find(({ stage }) => stage === added.stage)
  const others = kept.filter(({ stage }) => stage !== added.stage)
  const elsewhere = new Set(others.flatMap(({ records }) => records.map(({ path }) => path)))
  const merged =
    before === undefined
      ? added
      : {
          ...added,
          before: before.before,
          first: before.first ?? before.at,
          assignments: mergeAssignments(before.assignments, added.assignments),
          // A record that another stage made meanwhile does not show the state before the first change.
          records: [...before.records, ...added.records.filter(({ path }) => !elsewhere.has(path))],
        }
  return [...others, merged].sort((a, b) => orderOf(a.stage) - orderOf(b.stage))
}

/**
 * The kept stages without one. Where a later stage recorded a file that the one that goes had recorded before it, the
 * earlier record stays: it shows the file before the first change.
 */
export function withoutStage(kept: readonly KeptStage[], stage: StageOrAll): KeptStage[] {
  const gone = kept.find((one) => one.stage === stage)
  const earlier = new Map(gone?.records.map((record) => [record.path, record]))
  const isLater = ({ at, first }: KeptStage) => gone !== undefined && (first ?? at) > (gone.first ?? gone.at)
  return kept
    .filter((one) => one !== gone)
    .map((one) =>
      isLater(one)
        ? { ...one, records: one.records.map((record) => earlier.get(record.path) ?? record) }
        : one,
    )
}

/** All that is kept, in its order: what a drop-in of these stages says. */
export function keptAssignments(kept: readonly KeptStage[]): Assignment[] {
  return dropInParts(kept).flatMap(({ assignments }) => [...assignments])
}
