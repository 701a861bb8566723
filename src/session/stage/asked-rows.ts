import type { Asked } from '../../catalog/common/asked.ts'
import type { StageResult } from '../walk/state.ts'
import type { StageWork } from './stage-work.ts'

/**
 * Settings of the stage that the person asked for and that are not kept, each with the reason: "ProtectHome=yes: …". One
 * that they unticked themselves is not among them.
 */
function leftOut(work: StageWork, { set }: Asked, { outcome, note }: StageResult): string[] {
  const isApplied = outcome === 'kept' || outcome === 'rehearsed'
  return set.flatMap(({ key, value }) => {
    const result = work.proposals.find(({ directive }) => directive.key === key)?.result
    if (result === undefined || result.kind === 'in-force') return []
    const isTicked = work.ticked.has(key)
    if (isTicked && isApplied) return []
    const broke = work.broken.get(key)
    if (!isTicked && broke === undefined && work.decided.has(key)) return []
    const why = result.kind === 'propose' ? (broke ?? (isTicked ? note : undefined)) : result.why
    return [`${key}=${value}: ${(why ?? 'it broke the service').replace(/\.$/, '')}`]
  })
}

/** The result of a stage, which names what was asked for and is not kept. */
export function withLeftOut(result: StageResult, work: StageWork, asked: Asked): StageResult {
  const left = leftOut(work, asked, result)
  return left.length === 0 ? result : { ...result, leftOut: left }
}
