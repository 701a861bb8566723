import { STAGE_TITLES, STAGES, titleOf } from '../../catalog/common/types.ts'
import { formatScore } from '../../session/store/score.ts'
import { keysKept, type StageResult } from '../../session/walk/state.ts'
import { type Line, pad, plural, widthOf } from './lines.ts'

const TITLE_WIDTH = Math.max(...Object.values(STAGE_TITLES).map(widthOf))

/** "✔ 1 Capabilities  9.2 → 7.1  kept 3 directives" */
export function historyLine(result: StageResult): Line {
  const number = result.stage === 'all' ? '=' : STAGES.indexOf(result.stage) + 1
  const title = pad(titleOf(result.stage), TITLE_WIDTH)
  const kept = result.outcome === 'kept' || result.outcome === 'rehearsed'
  const change = kept
    ? `${formatScore(result.before)} → ${formatScore(result.after)}`
    : `${formatScore(result.after)}      `
  const left = (result.leftOut ?? []).map((text) => `left out: ${text}`)
  const notes = [...left, ...(result.note ? [result.note] : [])]
  const note = notes.length === 0 ? '' : `  ${notes.join('; ')}`
  return [
    { text: kept ? '✔' : '·', tone: kept ? 'good' : 'dim' },
    { text: ` ${number} ${title}  ${change}  ` },
    { text: outcomeText(result) },
    { text: note, tone: 'dim' },
  ]
}

function outcomeText(result: StageResult): string {
  const directives = plural(keysKept(result).size, 'directive')
  if (result.outcome === 'kept') return `kept ${directives}`
  if (result.outcome === 'rehearsed') return `${directives} in the clone, not live yet`
  return result.outcome === 'skipped' ? 'skipped' : 'nothing to change'
}
