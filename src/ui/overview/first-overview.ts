import { printableState } from '../../host/printable.ts'
import type { OverviewSession, OverviewState } from '../../session/overview/overview.ts'
import { headerBlock, roomOf } from '../frame/room.ts'
import { toAscii } from '../text/ascii.ts'
import type { Line } from '../text/lines.ts'
import { LIST_HINTS, overviewBody } from './overview-body.ts'
import { headerLines, rowLine } from './overview-lines.ts'

interface Screen {
  columns: number
  rows: number
  ascii: boolean
}

/** The screen takes no keys for so long at most; then Ink draws on, whatever is known. */
const MOST_MS = 1000

/** The overview as Ink draws it, without colours and without the keys, which do not count yet. */
export function overviewLines(state: OverviewState, { columns, rows, ascii }: Screen): string[] {
  const room = roomOf({ columns, rows }, LIST_HINTS)
  const { above, height, below } = overviewBody(state, 0, false, room)
  const lines: Line[] = [
    ...headerBlock(headerLines(state, columns), rows),
    ...above,
    ...state.shown.slice(0, height).map((row, at) => rowLine(row, at === 0, columns)),
    ...below,
  ]
  return lines.map((line) => {
    const text = line.map((segment) => segment.text).join('')
    return (ascii ? toAscii(text) : text).trimEnd()
  })
}

/**
 * Draws the overview until all services are listed, and gives the number of rows on the screen. Without Ink: to load it
 * takes a processor from PID 1 and systemctl, for which everything waits.
 */
export async function drawFirstOverview(
  session: OverviewSession,
  stdout: NodeJS.WriteStream,
  ascii: boolean,
): Promise<number> {
  let drawn = 0
  const draw = () => {
    const lines = overviewLines(printableState(session.state()), {
      columns: stdout.columns || 80,
      rows: stdout.rows || 24,
      ascii,
    })
    const back = drawn === 0 ? '' : `\x1b[${drawn}A\x1b[J`
    stdout.write(back + lines.map((text) => `${text}\n`).join(''))
    drawn = lines.length
  }
  draw()
  const forget = session.subscribe(draw)
  await allListed(session)
  forget()
  return drawn
}

/** Resolves once all are listed, and before a person waits too long, and once the overview is over. */
function allListed(session: OverviewSession): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      forget()
      resolve()
    }
    const timer = setTimeout(end, MOST_MS)
    const forget = session.subscribe(() => {
      if (session.state().listed) end()
    })
    session.finished.then(end, end)
  })
}
