import type { Phase } from '../../session/walk/state.ts'
import { Screen } from '../frame/screen.tsx'
import { useKeys } from '../input/keys.tsx'
import { Scroll, useScrolling } from '../input/scroll.tsx'
import { useSend } from '../session-hooks.ts'
import { useSize } from '../terminal/size.ts'
import { summaryLines } from '../text/summary.ts'

export function Done({ phase, question }: { phase: Extract<Phase, { at: 'done' }>; question: string }) {
  const send = useSend()
  const { columns, rows } = useSize()
  const lines = summaryLines(phase.summary, columns)
  const scrolling = useScrolling(lines.length)
  useKeys((key) => {
    if (key === 'enter' || key === 'q') send({ do: 'stop' })
    else return scrolling.move(key, rows - 8)
    return true
  })
  return (
    <Screen
      question={question}
      hints={[
        ['↑↓', 'scroll'],
        ['Enter', 'leave (all of this stays on the terminal)'],
      ]}
    >
      {({ height }) => <Scroll lines={lines} height={height} offset={scrolling.offset(height)} />}
    </Screen>
  )
}
