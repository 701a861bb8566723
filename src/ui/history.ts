import { STAGE_TITLES, STAGES } from '../catalog/types.ts'
import type { StageResult } from '../session/state.ts'
import { type Line, lengthOf, pad, plural } from './lines.ts'
import { formatScore } from './score.ts'

const TITLE_WIDTH = Math.max(...Object.values(STAGE_TITLES).map(lengthOf))

/** "✔ 1 Capabilities  9.2 → 7.1  kept 3 directives" */
export function historyLine(result: StageResult): Line {
  const number = STAGES.indexOf(result.stage) + 1
  const title = pad(STAGE_TITLES[result.stage], TITLE_WIDTH)
  const kept = result.outcome === 'kept'
  const change = kept
    ? `${formatScore(result.before)} → ${formatScore(result.after)}`
    : `${formatScore(result.after)}      `
  const note = result.note ? `  ${result.note}` : ''
  return [
    { text: kept ? '✔' : '·', tone: kept ? 'good' : 'dim' },
    { text: ` ${number} ${title}  ${change}  ` },
    { text: outcomeText(result) },
    { text: note, tone: 'dim' },
  ]
}

function outcomeText(result: StageResult): string {
  if (result.outcome === 'kept') return `kept ${plural(result.kept.length, 'directive')}`
  return result.outcome === 'skipped' ? 'skipped' : 'nothing to change'
}
