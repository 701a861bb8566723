import type { OverviewState } from '../../session/overview/overview.ts'
import type { KeyHint, Room } from '../frame/room.ts'
import type { Line } from '../text/lines.ts'
import { detailLines, headingLine, placeLine } from './overview-lines.ts'
import { topLines } from './overview-top.ts'

export const LIST_HINTS: KeyHint[] = [
  ['↑↓', 'move'],
  ['Enter', 'harden it'],
  ['/', 'filter'],
  ['s', 'status'],
  ['u', 'undo'],
  ['?', 'help'],
  ['q', 'leave'],
]

/** What stands above the list and below it, and the rows that are left for the list. */
export interface OverviewBody {
  above: Line[]
  height: number
  below: Line[]
}

export function overviewBody(
  state: OverviewState,
  cursor: number,
  typing: boolean,
  { width, height }: Room,
): OverviewBody {
  const row = state.shown[cursor]
  const above = [...topLines(state, typing, width), headingLine(width)]
  const rest = height - above.length
  const below =
    row === undefined || rest < 8
      ? []
      : [placeLine(row, `${cursor + 1} of ${state.shown.length}`, width), ...detailLines(row, width)].slice(
          0,
          Math.max(2, Math.floor((rest * 2) / 5), rest - state.shown.length),
        )
  return { above, height: rest - below.length, below }
}
