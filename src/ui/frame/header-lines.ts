import { STAGE_TITLES, STAGES } from '../../catalog/common/types.ts'
import { formatScore, rated } from '../../session/store/score.ts'
import type { Phase, QuestionId, WalkState } from '../../session/walk/state.ts'
import { targetOf } from '../screen-key.ts'
import { clip, type Line, widthOf } from '../text/lines.ts'

const LEARNING = 'learning from live traffic'

const QUESTION_PLACES: Record<QuestionId, string> = {
  propagation: 'before the first stage',
  resume: 'before the first stage',
  companions: 'before the first stage',
  'restart-breaks': 'before the first stage',
  'learn-live': LEARNING,
  'run-now': 'after the last stage',
  'save-checks': 'after the last check',
}

function placeOf(phase: Phase): string {
  switch (phase.at) {
    case 'looking':
      return 'looking'
    case 'refused':
      return 'stopped'
    case 'question':
      return QUESTION_PLACES[phase.id]
    case 'baseline':
      return 'health checks'
    case 'learning':
      return LEARNING
    case 'stage':
    case 'confirm':
    case 'trial':
    case 'keep':
    case 'failed':
      return stagePlace(phase.stage)
    case 'done':
      return 'summary'
    default:
      return phase satisfies never
  }
}

function stagePlace(stage: Extract<Phase, { stage: unknown }>['stage']): string {
  if (stage === 'final') return 'final check'
  if (stage === 'all') return 'all stages at once'
  if (stage === 'learning') return LEARNING
  return `stage ${STAGES.indexOf(stage) + 1} of ${STAGES.length}: ${STAGE_TITLES[stage]}`
}

interface Change {
  from?: number | undefined
  to: number
  suffix: string
}

function changeOf({ stock, now, phase }: WalkState): Change | undefined {
  if (phase.at === 'stage') return { from: phase.before, to: phase.predicted, suffix: ' with the ticks' }
  if (phase.at === 'keep') return { from: phase.before, to: phase.after, suffix: '' }
  if (phase.at === 'done') return { from: phase.summary.stock, to: phase.summary.final, suffix: '' }
  return now === undefined ? undefined : { from: stock, to: now, suffix: ' so far' }
}

/** The longest wording first. */
function exposures(state: WalkState): string[] {
  const change = changeOf(state)
  if (!change) return ['']
  const { from, to, suffix } = change
  if (from === undefined || from === to) return [`exposure ${rated(to)}`, `exposure ${formatScore(to)}`]
  const short = `exposure ${formatScore(from)} → ${formatScore(to)}`
  return [`exposure ${rated(from)} → ${rated(to)}${suffix}`, short + suffix, short]
}

const TARGETS: Record<WalkState['target'], string[]> = {
  live: ['LIVE SERVICE'],
  rehearsal: ['REHEARSAL in a clone, the live service is not touched', 'REHEARSAL in a clone'],
}

/** The machine is more important than the full wording of the exposure. */
function secondLine(state: WalkState, columns: number): Line {
  const spokenOf = targetOf(state)
  for (const target of TARGETS[spokenOf]) {
    for (const exposure of exposures(state)) {
      const gap = columns - widthOf(target) - widthOf(exposure)
      if (gap < 2) continue
      return [
        { text: target, tone: spokenOf === 'live' ? 'warn' : 'accent' },
        { text: ' '.repeat(gap) },
        { text: exposure },
      ]
    }
  }
  return [{ text: clip(TARGETS[spokenOf].at(-1) ?? '', columns) }]
}

export function headerLines(state: WalkState, columns: number): Line[] {
  const place = ` · ${placeOf(state.phase)}`
  const name: Line = [{ text: state.unit, tone: 'bold' }, { text: place }]
  const whole = widthOf(`hardenctl · ${state.unit}${place}`) <= columns
  const first: Line = whole ? [{ text: 'hardenctl · ', tone: 'dim' }, ...name] : name
  return [first, secondLine(state, columns)]
}
