import { printableLine } from '../../host/printable.ts'
import type { WalkState } from '../../session/walk/state.ts'
import { isReadOut } from './environment.ts'

interface Screen {
  columns: number
  rows: number
  ascii: boolean
}

/**
 * The header of the first frame, drawn without Ink, which loads slower than Node itself. It imports nothing new, so it
 * repeats the drawing of header.tsx; a test holds the two together.
 */
export function firstLines(state: WalkState, { columns, rows, ascii }: Screen): string[] {
  const unit = printableLine(state.unit)
  const whole = `hardenctl · ${unit} · looking`
  const name = whole.length <= columns ? whole : `${unit} · looking`
  const lines = [name, 'LIVE SERVICE'].map((line) => line.slice(0, columns))
  const shown = rows < 18 ? lines : ['', ...lines]
  return ascii ? shown.map((line) => line.replaceAll('·', '|')) : shown
}

/** Whether there is something that can be drawn so: only a beginning, and not twice for who has it read out. */
export function hasFirstLines(state: WalkState, environment: Record<string, string | undefined>): boolean {
  const isBeginning = state.phase.at === 'looking' && state.target === 'live'
  return isBeginning && state.stopping === undefined && !isReadOut(environment)
}
