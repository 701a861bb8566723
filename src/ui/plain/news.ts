import type { PhaseAt } from '../../session/walk/questions.ts'
import type { StepRow } from '../../session/walk/rows.ts'
import type { WalkState } from '../../session/walk/state.ts'
import { RESTARTS } from '../screens/baseline-words.ts'
import { hasVerdict, proofSentence } from '../screens/proof-words.ts'
import { purposeOf } from '../screens/trial-words.ts'
import { historyLine } from '../text/history.ts'
import { bullet, type Line, paragraph } from '../text/lines.ts'
import { checkText, deadlineText } from './plain-screen.ts'
import { rowText, setText } from './plain-stage.ts'

/** What has changed since then, where the screen still asks the same; a line mode says each thing once. */
export function newsLines(before: WalkState, state: WalkState, width: number, now: number): Line[] {
  const results = state.history.slice(before.history.length).map(historyLine)
  return [
    ...results.flatMap((result) => paragraph(result.map(({ text }) => text).join(''), width)),
    ...phaseNews(before, state, width, now),
  ]
}

function phaseNews(was: WalkState, state: WalkState, width: number, now: number): Line[] {
  const { phase: before } = was
  const { phase } = state
  const say = (texts: readonly string[]) => texts.flatMap((text) => paragraph(text, width))
  if (phase.at === 'looking' && before.at === 'looking') {
    const what = phase.what === before.what ? [] : [`${phase.what} …`]
    return [...say(what), ...fresh(phase.notes, before.notes).flatMap((note) => bullet(note, width))]
  }
  if (phase.at === 'trial' && before.at === 'trial') {
    const purpose = purposeOf(phase, state.target)
    const isNew = purpose !== purposeOf(before, was.target)
    return say([...(isNew ? [purpose] : []), ...stepNews(before, phase)])
  }
  if (phase.at === 'stage' && before.at === 'stage') return say(stageNews(before, phase))
  if (phase.at === 'keep' && before.at === 'keep') {
    const later = phase.deadline === before.deadline ? [] : [deadlineText(phase, now)]
    const note = phase.note === before.note ? [] : [phase.note ?? ''].filter(Boolean)
    return say([...later, ...note])
  }
  if (phase.at === 'baseline' && before.at === 'baseline') return say(baselineNews(before, phase))
  if (phase.at === 'confirm' && before.at === 'confirm') {
    const { rehearsal } = phase
    const isNew = rehearsal.state !== before.rehearsal.state && hasVerdict(rehearsal)
    return say(isNew ? [`Together: ${proofSentence(rehearsal)}.`] : [])
  }
  return []
}

function baselineNews(before: PhaseAt<'baseline'>, phase: PhaseAt<'baseline'>): string[] {
  const restarts = phase.restarts === before.restarts || !phase.restarts ? [] : [RESTARTS[phase.restarts]]
  const problem = phase.problem === before.problem ? [] : [phase.problem ?? ''].filter(Boolean)
  return [...fresh(phase.checks.map(checkText), before.checks.map(checkText)), ...restarts, ...problem]
}

function fresh(now: readonly string[] = [], then: readonly string[] = []): string[] {
  return now.filter((text) => !then.includes(text))
}

/** "ok Restart the service, 1.2 s" */
function stepText({ label, state, ms, detail }: StepRow): string {
  const time = ms === undefined || ms < 50 ? '' : `, ${(ms / 1000).toFixed(1)} s`
  return `${state === 'failed' ? 'FAILED' : 'ok'} ${label}${time}${detail ? `: ${detail}` : ''}`
}

function stepNews(before: PhaseAt<'trial'>, phase: PhaseAt<'trial'>): string[] {
  const isOver = ({ state }: StepRow) => state === 'done' || state === 'failed'
  const known = new Set(before.steps.filter(isOver).map(({ id }) => id))
  const isRestarted = phase.steps.length < before.steps.length
  return phase.steps.filter((step) => isOver(step) && (isRestarted || !known.has(step.id))).map(stepText)
}

/** Verdicts on all ticked rows, and rows that a verdict changed: not each row, which would be a line for each. */
function stageNews(before: PhaseAt<'stage'>, phase: PhaseAt<'stage'>): string[] {
  const old = new Map(before.rows.map((row) => [row.id, row]))
  const changed = phase.rows.filter((row) => {
    const was = old.get(row.id)
    const broke = row.proof.state === 'breaks' && was?.proof.state !== 'breaks'
    return was === undefined || broke || was.ticked !== row.ticked || was.value !== row.value
  })
  const together = phase.set.state !== before.set.state && hasVerdict(phase.set) ? [setText(phase)] : []
  return [...changed.map(rowText), ...together]
}
