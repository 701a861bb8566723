import { Box } from 'ink'
import { useState } from 'react'
import type { CheckRow } from '../../session/walk/rows.ts'
import type { Phase, Restarts } from '../../session/walk/state.ts'
import { Rows } from '../frame/draw.tsx'
import type { KeyHint } from '../frame/room.ts'
import { Screen } from '../frame/screen.tsx'
import { useKeys } from '../input/keys.tsx'
import { useCursor } from '../input/list.ts'
import { TextField } from '../input/text-field.tsx'
import { type TickItem, TickList } from '../input/tick-list.tsx'
import { useSend } from '../session-hooks.ts'
import { BLANK, bullet, clip, type Line, line, pad, paragraph, plural, widthOf } from '../text/lines.ts'
import { CHECKS_ARE_FOR, OTHERWISE, RESTARTS } from './baseline-words.ts'

function choosing(restarts: Restarts | undefined): KeyHint[] {
  return [
    ['↑↓', 'move'],
    ['Space', 'tick'],
    ['a', 'add a check'],
    ...(restarts ? ([['o', OTHERWISE[restarts]]] as const) : []),
    ['Enter', 'measure and continue'],
    ['?', 'help'],
    ['Ctrl-C', 'stop'],
  ]
}
const ADDING: KeyHint[] = [
  ['Enter', 'add'],
  ['Esc', 'cancel'],
]
const MEASURING: KeyHint[] = [['Ctrl-C', 'stop']]

type BaselinePhase = Extract<Phase, { at: 'baseline' }>

export function Baseline({ phase, question }: { phase: BaselinePhase; question: string }) {
  const send = useSend()
  const [adding, setAdding] = useState(false)
  const cursor = useCursor(phase.checks.length)
  useKeys((key) => {
    if (cursor.move(key)) return true
    const check = phase.checks[cursor.current()]
    if (key === ' ' && check) send({ do: 'toggle-check', id: check.id })
    else if (key === 'a') setAdding(true)
    else if (key === 'o' && phase.restarts && !phase.measuring) send({ do: 'toggle-restarts' })
    else if (key === 'enter') send({ do: 'measure' })
    else return false
    return true
  }, 'screen')

  const hints = phase.measuring ? MEASURING : adding ? ADDING : choosing(phase.restarts)
  return (
    <Screen question={question} hints={hints}>
      {({ width, height }) => {
        const problem = phase.problem ? [BLANK, ...paragraph(phase.problem, width, 'warn')] : []
        const fixed = problem.length + (adding ? 3 : 0)
        const above = intro(phase, width, height - fixed - MIN_LIST)
        const notes = notesOf(phase, width, height - above.length - fixed - MIN_LIST)
        const room = Math.max(MIN_LIST, height - above.length - fixed - notes.length)
        return (
          <Box flexDirection="column">
            <Rows lines={above} />
            <TickList items={itemsOf(phase.checks, width)} cursor={cursor.current()} height={room} />
            <Rows lines={[...notes, ...problem]} />
            {adding && (
              <Box flexDirection="column" marginTop={1}>
                <TextField
                  label="New check:"
                  width={width}
                  onEnter={(text) => {
                    setAdding(false)
                    send({ do: 'add-check', text })
                  }}
                  onEscape={() => setAdding(false)}
                />
                <Rows lines={[line('An http:// address, tcp:HOST:PORT, unix:/PATH, or a command.', 'dim')]} />
              </Box>
            )}
          </Box>
        )
      }}
    </Screen>
  )
}

const MIN_LIST = 2

/** In `height` rows: what may be missing on a low terminal comes first. */
function intro(phase: BaselinePhase, width: number, height: number): Line[] {
  const ticked = phase.checks.filter((check) => check.ticked).length
  const text = phase.measuring ? `Asking the service (${plural(ticked, 'check')}) …` : CHECKS_ARE_FOR
  const restarts = phase.restarts && !phase.measuring ? paragraph(RESTARTS[phase.restarts], width) : []
  const whole = [...paragraph(text, width), ...restarts, BLANK]
  return whole.length <= height ? whole : restarts
}

/** What is not asked and why, in `height` rows. */
function notesOf({ notes = [], checks }: BaselinePhase, width: number, height: number): Line[] {
  if (notes.length === 0) return []
  const asked = checks.some(({ ticked }) => ticked)
  const lines = [BLANK, ...notes.flatMap((note) => bullet(note, width, '• ', asked ? 'dim' : 'warn'))]
  return lines.slice(0, Math.max(0, height - checks.length + MIN_LIST))
}

function itemsOf(checks: CheckRow[], width: number): TickItem[] {
  const longest = Math.max(10, ...checks.map((check) => widthOf(check.label)))
  const column = Math.min(longest, Math.max(10, Math.floor((width - 8) * 0.65)))
  return checks.map((check) => ({
    id: check.id,
    ticked: check.ticked,
    rest: [
      { text: `${pad(clip(check.label, column), column)}  ` },
      { text: check.answered ?? 'not measured yet', tone: check.answered ? undefined : 'dim' },
    ],
  }))
}
