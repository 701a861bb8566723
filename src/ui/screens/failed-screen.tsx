import { Box } from 'ink'
import { useState } from 'react'
import { proposalText } from '../../session/walk/failure-words.ts'
import type { FailedPhase, WalkState } from '../../session/walk/state.ts'
import { Screen } from '../frame/screen.tsx'
import { useKeys } from '../input/keys.tsx'
import { useCursor } from '../input/list.ts'
import { Scroll, useScrolling } from '../input/scroll.tsx'
import { type TickItem, TickList } from '../input/tick-list.tsx'
import { useSend } from '../session-hooks.ts'
import { useSize } from '../terminal/size.ts'
import { clip } from '../text/lines.ts'
import { reportLines, waysOf } from './failed-words.ts'

/** Suggestions to tick and ways to go on stand in one list, so that the arrows reach all of it. */
interface FailedProps {
  phase: FailedPhase
  question: string
  target: WalkState['target']
}

export function Failed({ phase, question, target }: FailedProps) {
  const send = useSend()
  const { columns, rows } = useSize()
  const [unticked, setUnticked] = useState<ReadonlySet<string>>(new Set())
  const relaxed = phase.relaxations.filter(({ id }) => !unticked.has(id)).map(({ id }) => id)
  const ways = waysOf(phase, relaxed)
  const suggestions = phase.relaxations.length
  const cursor = useCursor(suggestions + ways.length, suggestions)
  const lines = reportLines(phase, target, columns)
  const scrolling = useScrolling(lines.length)
  const toggle = (id: string) =>
    setUnticked((before) => {
      const after = new Set(before)
      if (!after.delete(id)) after.add(id)
      return after
    })
  useKeys((key) => {
    if ((key === 'up' || key === 'down') && cursor.move(key)) return true
    const suggestion = phase.relaxations[cursor.current()]
    const way = ways[cursor.current() - suggestions]
    if (suggestion && (key === ' ' || key === 'enter')) toggle(suggestion.id)
    else if (way && key === 'enter') send(way.intent)
    else return scrolling.move(key, rows - 12)
    return true
  })

  const items: TickItem[] = [
    ...phase.relaxations.map((relaxation) => ({
      id: relaxation.id,
      ticked: !unticked.has(relaxation.id),
      rest: [{ text: clip(proposalText(relaxation), columns - 7) }],
    })),
    ...ways.map(({ label, intent }) => ({
      id: ` ${intent.do}`,
      boxless: true,
      rest: [{ text: clip(label, columns - 7) }],
    })),
  ]
  return (
    <Screen
      question={question}
      hints={[
        ['↑↓', 'move'],
        ...(suggestions > 0 ? ([['Space', 'tick']] as const) : []),
        ['Enter', 'do it'],
        ['PgUp PgDn', 'scroll'],
        ['?', 'help'],
      ]}
    >
      {({ height }) => {
        const list = Math.min(items.length, Math.max(3, height - 4))
        const gap = height < 14 ? 0 : 1
        const room = height - list - gap
        return (
          <Box flexDirection="column" gap={gap}>
            <Scroll lines={lines} height={room} offset={scrolling.offset(room)} keys="PgUp PgDn" />
            <TickList items={items} cursor={cursor.current()} height={list} />
          </Box>
        )
      }}
    </Screen>
  )
}
