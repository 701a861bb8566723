import { Box } from 'ink'
import { useState } from 'react'
import type { CheckRow, Phase } from '../../session/state.ts'
import { Rows } from '../draw.tsx'
import type { KeyHint } from '../footer.tsx'
import { useKeys } from '../keys.tsx'
import { BLANK, clip, line, pad, paragraph, plural } from '../lines.ts'
import { useCursor } from '../list.ts'
import { Screen } from '../screen.tsx'
import { TextField } from '../text-field.tsx'
import { type TickItem, TickList } from '../tick-list.tsx'
import { useSend } from '../walk.ts'

const CHOOSING: KeyHint[] = [
  ['↑↓', 'move'],
  ['Space', 'tick'],
  ['a', 'add a check'],
  ['Enter', 'measure and go on'],
  ['?', 'help'],
  ['Ctrl-C', 'stop'],
]
const ADDING: KeyHint[] = [
  ['Enter', 'add'],
  ['Esc', 'cancel'],
]
const MEASURING: KeyHint[] = [['Ctrl-C', 'stop']]

export function Baseline({
  phase,
  question,
}: {
  phase: Extract<Phase, { at: 'baseline' }>
  question: string
}) {
  const send = useSend()
  const [adding, setAdding] = useState(false)
  const cursor = useCursor(phase.checks.length)
  useKeys((key) => {
    if (cursor.move(key)) return true
    const check = phase.checks[cursor.current()]
    if (key === ' ' && check) send({ do: 'toggle-check', id: check.id })
    else if (key === 'a') setAdding(true)
    else if (key === 'enter') send({ do: 'measure' })
    else return false
    return true
  }, 'screen')

  const hints = phase.measuring ? MEASURING : adding ? ADDING : CHOOSING
  return (
    <Screen question={question} hints={hints}>
      {({ width, height }) => {
        const above = intro(phase, width)
        const problem = phase.problem ? [BLANK, ...paragraph(phase.problem, width, 'warn')] : []
        const field = adding ? 3 : 0
        const room = Math.max(2, height - above.length - problem.length - field)
        return (
          <Box flexDirection="column">
            <Rows lines={above} />
            <TickList items={itemsOf(phase.checks, width)} cursor={cursor.current()} height={room} />
            <Rows lines={problem} />
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

function intro(phase: Extract<Phase, { at: 'baseline' }>, width: number) {
  const ticked = phase.checks.filter((check) => check.ticked).length
  const text = phase.measuring
    ? `Asking the service (${plural(ticked, 'check')}) …`
    : 'After every change the service must still answer these checks as it answers them now. If it does not, the change is undone.'
  return [...paragraph(text, width), BLANK]
}

function itemsOf(checks: CheckRow[], width: number): TickItem[] {
  const longest = Math.max(10, ...checks.map((check) => [...check.label].length))
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
