import type { Assignment, Directive } from '../../catalog/common/types.ts'
import { CATALOG } from '../../catalog/index.ts'
import { proofWords } from '../overview/proof-age.ts'
import { stageHeading } from '../stage/drop-in-parts.ts'
import { rated } from '../store/score.ts'
import type { KeptStage, StoredState } from '../store/store.ts'
import { commentedDropIn, commentLines, type DirectivePart } from './drop-in-comments.ts'

/** The directive that writes a setting: of those of the stage, if one does. */
export function writerOf({ stage, assignments }: KeptStage, { key }: Assignment): Directive | undefined {
  const own = CATALOG.filter((one) => stage === 'all' || one.stage === stage)
  const named = own.find((one) => one.key === key)
  const writers = own.filter((one) => Object.hasOwn(one.writes ?? {}, key))
  // Beside its own line it means nothing without the other: ReadWritePaths= without ProtectSystem=strict.
  const besides = writers.find(
    (one) => one.stage === named?.stage && assignments.some((line) => line.key === one.key),
  )
  return besides ?? named ?? writers[0]
}

function partsOf(kept: KeptStage): DirectivePart[] {
  const { stage, before, after, at, assignments } = kept
  const heading = `${stageHeading(stage, before, after)}, kept ${at.slice(0, 10)}. ${proofWords([kept])}`
  const byWriter = Map.groupBy(assignments, (line) => writerOf(kept, line))
  return [...byWriter].map(([directive, lines]) => ({
    heading,
    comment: commentLines(directive?.what ?? ''),
    assignments: lines,
  }))
}

function header({ unit, stock, kept }: StoredState): string[] {
  const paths = [...new Set(kept.flatMap(({ records }) => records.map(({ path }) => path)))]
  return [
    `Hardening of ${unit}: exposure ${rated(stock)} → ${rated(kept.at(-1)?.after ?? stock)}, as systemd-analyze security counts it`,
    'Kept by hardenctl. The evidence for each directive is in a plan: hardenctl plan',
    ...(paths.length === 0
      ? []
      : ['These files got another owner for it:', ...paths.map((path) => `- ${path}`)]),
  ]
}

/** The drop-in of what is kept of a unit, with a comment on each directive, to be kept in a repository. Pure. */
export function keptDropIn(stored: StoredState): string {
  return commentedDropIn(header(stored), stored.kept.flatMap(partsOf))
}
