import type { News } from '../../observe/trace/logged-calls.ts'
import type { StepEvent } from '../../trial/transaction/steps.ts'
import { STEP_LABELS } from '../../trial/transaction/steps.ts'
import type { Proof, Row, StepRow } from './rows.ts'
import type { Phase, StageResult, WalkState } from './state.ts'

/** What happened. The walk dispatches events; the reducer says what a screen then shows. */
export type WalkEvent =
  | { type: 'subject'; unit: string; description: string; systemd: number }
  | { type: 'phase'; phase: Phase }
  | { type: 'introduction'; open: boolean }
  | { type: 'exposure'; stock?: number; now: number }
  | { type: 'rows'; rows: Row[]; predicted: number; set: Proof; proving: boolean }
  | { type: 'news'; news: News; lost: boolean }
  | { type: 'step'; event: StepEvent }
  | { type: 'finished'; result: StageResult }
  | { type: 'target'; target: WalkState['target'] }
  | { type: 'stopping'; text: string }
  | { type: 'stopped'; text: string }
  | { type: 'parting'; text: string }

function withStep(steps: readonly StepRow[], { step, state, ms, detail }: StepEvent): StepRow[] {
  const row: StepRow = {
    id: step,
    label: STEP_LABELS[step],
    state,
    ...(ms === undefined ? {} : { ms }),
    ...(detail === undefined ? {} : { detail }),
  }
  const known = steps.some(({ id }) => id === step)
  return known ? steps.map((one) => (one.id === step ? row : one)) : [...steps, row]
}

function changedPhase(phase: Phase, event: WalkEvent): Phase {
  if (event.type === 'step' && phase.at === 'trial')
    return { ...phase, steps: withStep(phase.steps, event.event) }
  if (event.type === 'news' && phase.at === 'learning') {
    return { ...phase, news: event.news, lost: event.lost }
  }
  if (event.type === 'rows' && phase.at === 'stage') {
    const { rows, predicted, set, proving } = event
    return { ...phase, rows, predicted, set, proving }
  }
  if (event.type === 'rows' && phase.at === 'confirm') return { ...phase, rehearsal: event.set }
  return phase
}

export function reduce(state: WalkState, event: WalkEvent): WalkState {
  switch (event.type) {
    case 'subject':
      return { ...state, unit: event.unit, description: event.description, systemd: event.systemd }
    case 'phase':
      return { ...state, phase: event.phase }
    case 'introduction': {
      const { introducing: _, ...rest } = state
      return event.open ? { ...rest, introducing: true } : rest
    }
    case 'exposure':
      return { ...state, now: event.now, ...(event.stock === undefined ? {} : { stock: event.stock }) }
    case 'finished':
      return { ...state, history: [...state.history, event.result] }
    case 'target':
      return { ...state, target: event.target }
    case 'stopping':
      return { ...state, stopping: event.text }
    case 'stopped':
      return { ...state, stopped: event.text }
    case 'parting':
      return { ...state, parting: event.text }
    default:
      return { ...state, phase: changedPhase(state.phase, event) }
  }
}
