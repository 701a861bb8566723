import { STAGE_TITLES, STAGES, type Stage } from '../catalog/types.ts'
import type { Phase, WalkState } from '../session/state.ts'
import { Rows } from './draw.tsx'
import { BLANK, type Line, lengthOf } from './lines.ts'
import { formatScore } from './score.ts'
import { useSize } from './size.ts'

export const HEADER_ROWS = 3

function placeOf(phase: Phase): string {
  if ('stage' in phase) return phase.stage === 'final' ? 'final check' : stagePlace(phase.stage)
  if (phase.at === 'baseline') return 'what healthy means'
  if (phase.at === 'done') return 'summary'
  return 'before the first stage'
}

function stagePlace(stage: Stage): string {
  return `stage ${STAGES.indexOf(stage) + 1} of ${STAGES.length}: ${STAGE_TITLES[stage]}`
}

function exposureOf(state: WalkState): string {
  const { stock, now, phase } = state
  if (phase.at === 'stage' && phase.predicted !== phase.before)
    return `exposure ${formatScore(phase.before)} → ${formatScore(phase.predicted)} with the ticked`
  if (phase.at === 'keep') return `exposure ${formatScore(phase.before)} → ${formatScore(phase.after)}`
  if (now === undefined) return ''
  if (stock === undefined || stock === now) return `exposure ${formatScore(now)}`
  return `exposure ${formatScore(stock)} → ${formatScore(now)} so far`
}

const WIDE_REHEARSAL = 'REHEARSAL (clone, the live service is not touched)'

export function headerLines(state: WalkState, columns: number): Line[] {
  const place = ` · ${placeOf(state.phase)}`
  const name = state.unit
  const first: Line =
    lengthOf(`hardenctl · ${name}${place}`) <= columns
      ? [{ text: 'hardenctl · ', tone: 'dim' }, { text: name, tone: 'bold' }, { text: place }]
      : [{ text: name, tone: 'bold' }, { text: place }]

  const exposure = exposureOf(state)
  const fits = (target: string) => lengthOf(target) + 2 + lengthOf(exposure) <= columns
  const target =
    state.target === 'live' ? 'LIVE SERVICE' : fits(WIDE_REHEARSAL) ? WIDE_REHEARSAL : 'REHEARSAL (clone)'
  const gap = Math.max(2, columns - lengthOf(target) - lengthOf(exposure))
  const second: Line = [
    { text: target, tone: state.target === 'live' ? 'warn' : 'accent' },
    { text: ' '.repeat(gap) },
    { text: exposure },
  ]
  return [first, second, BLANK]
}

export function Header({ state }: { state: WalkState }) {
  const { columns } = useSize()
  return <Rows lines={headerLines(state, columns)} />
}
