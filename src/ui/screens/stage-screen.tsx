import { Box } from 'ink'
import { useState } from 'react'
import { STAGE_TITLES } from '../../catalog/common/types.ts'
import type { Row } from '../../session/walk/rows.ts'
import type { StagePhase } from '../../session/walk/state.ts'
import { Rows } from '../frame/draw.tsx'
import { useOverlay } from '../frame/overlay.tsx'
import type { KeyHint } from '../frame/room.ts'
import { Screen } from '../frame/screen.tsx'
import { useKeys } from '../input/keys.tsx'
import { useCursorOn } from '../input/list.ts'
import { TickList } from '../input/tick-list.tsx'
import { useSend } from '../session-hooks.ts'
import { clip, type Line, line, paragraph, plural, widthOf } from '../text/lines.ts'
import { assignment, detailLines, detailPage, inOrder, notesPage, tickItems } from './row-lines.ts'
import { stageSummary } from './stage-summary.ts'

const WIDE = 110

function hintsOf(phase: StagePhase): KeyHint[] {
  return [
    ['↑↓', 'move'],
    ['Space', 'tick'],
    ['a', 'all/none'],
    ['d', 'details'],
    ...(phase.notes.length > 0 ? ([['n', plural(phase.notes.length, 'note')]] as KeyHint[]) : []),
    ['Enter', phase.rows.some((row) => row.ticked) ? 'review' : 'continue unchanged'],
    ...(phase.learnable ? ([['l', 'learn from live traffic']] as KeyHint[]) : []),
    ['s', 'skip the stage'],
    ['?', 'help'],
    ['q', 'stop, keep proven stages'],
  ]
}

/** Skipping and stopping can't be taken back, and s and q are easily hit: they want the key twice. */
const ASKED: Record<'s' | 'q', string> = {
  s: 'Press s again to skip this stage without a change; any other key continues.',
  q: 'Press q again to stop here and keep the proven stages; any other key continues.',
}

export function StageScreen({ phase, question }: { phase: StagePhase; question: string }) {
  const send = useSend()
  const { open } = useOverlay()
  const rows = inOrder(phase.rows)
  const cursor = useCursorOn(rows.map(({ id }) => id))
  const [asked, setAsked] = useState<'s' | 'q'>()
  useKeys((key) => {
    if (asked) {
      setAsked(undefined)
      if (key === asked) send(key === 's' ? { do: 'skip-stage' } : { do: 'stop' })
      return true
    }
    if (cursor.move(key)) return true
    const row = rows[cursor.current()]
    if (key === ' ' && row && !row.unavailable) send({ do: 'toggle', id: row.id })
    else if (key === 'w' && row?.other !== undefined) send({ do: 'other-way', id: row.id })
    else if (key === 'a') send({ do: 'toggle-all', ticked: rows.some(isLeftOut) })
    else if (key === 'd' && row) open(detailPage(row))
    else if (key === 'n' && phase.notes.length > 0)
      open(notesPage(`Notes on ${STAGE_TITLES[phase.stage]}`, phase.notes))
    else if (key === 'l' && phase.learnable) send({ do: 'learn' })
    else if (key === 'enter') send({ do: 'review' })
    else if (key === 's' || key === 'q') setAsked(key)
    else if (key !== ' ') return false
    return true
  })
  return (
    <Screen question={question} hints={hintsOf(phase)}>
      {(room) => {
        const summary = stageSummary(phase, room)
        const height = room.height - summary.length
        return (
          <Box flexDirection="column">
            {/* In the place of one line, so that the list stays where it is. */}
            <Rows
              lines={asked ? [...summary.slice(1), line(clip(ASKED[asked], room.width), 'warn')] : summary}
            />
            <Body phase={phase} rows={rows} cursor={cursor.current()} width={room.width} height={height} />
          </Box>
        )
      }}
    </Screen>
  )
}

/** A row that breaks is meant to be left out, so that all others ticked is as much as "all". */
function isLeftOut(row: Row): boolean {
  return !row.unavailable && !row.ticked && row.proof.state !== 'breaks'
}

interface BodyProps {
  phase: StagePhase
  rows: Row[]
  cursor: number
  width: number
  height: number
}

function Body({ phase, rows, cursor, width, height }: BodyProps) {
  const row = rows[cursor]
  if (width >= WIDE && height >= 8) {
    const left = Math.floor(width * 0.52)
    const right = width - left - 3
    return (
      <Box flexDirection="row" gap={3} marginTop={1}>
        <Box width={left} flexDirection="column">
          <TickList items={tickItems(rows, left)} cursor={cursor} height={height - 1} />
        </Box>
        <Box width={right} flexDirection="column">
          {row && (
            <Rows lines={[line(assignment(row), 'bold'), ...detailLines(row, right)]} height={height - 1} />
          )}
        </Box>
      </Box>
    )
  }
  // Below 10 rows the list alone is more useful than a bit of the details, which 'd' shows in full.
  const details = row && height >= 10 ? detailLines(row, width) : []
  const gap = height >= 14 ? 1 : 0
  const list = Math.min(
    rows.length,
    Math.max(4, Math.floor((height - 1 - gap) / 2), height - 1 - gap - details.length),
  )
  const rest = height - list - gap - 1
  const notes = rows.length === 0 ? phase.notes.flatMap((note) => paragraph(note, width)) : []
  return (
    <Box flexDirection="column" marginTop={gap}>
      <TickList items={tickItems(rows, width)} cursor={cursor} height={details.length > 0 ? list : height} />
      {row && details.length > 0 && (
        <>
          <Rows lines={[rule(assignment(row), `${cursor + 1} of ${rows.length}`, width)]} />
          <Rows lines={cut(details, rest)} />
        </>
      )}
      <Rows lines={notes} height={height} />
    </Box>
  )
}

/** "── ProtectSystem=strict ──────── 3 of 12 ──" */
function rule(name: string, place: string, width: number): Line {
  const title = clip(name, Math.max(4, width - widthOf(place) - 12))
  const middle = '─'.repeat(Math.max(1, width - widthOf(title) - widthOf(place) - 8))
  return [
    { text: '── ', tone: 'dim' },
    { text: title, tone: 'bold' },
    { text: ` ${middle} ${place} ──`, tone: 'dim' },
  ]
}

function cut(lines: Line[], height: number): Line[] {
  if (lines.length <= height) return lines
  const more = lines.length - height + 1
  return [
    ...lines.slice(0, Math.max(0, height - 1)),
    line(`${plural(more, 'more line')}, d shows all`, 'dim'),
  ]
}
