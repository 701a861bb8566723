import { Box } from 'ink'
import type { WalkState } from '../../session/walk/state.ts'
import { Rows } from '../frame/draw.tsx'
import { Screen } from '../frame/screen.tsx'
import { useKeys } from '../input/keys.tsx'
import { Scroll, useScrolling } from '../input/scroll.tsx'
import { useSend } from '../session-hooks.ts'
import { useSize } from '../terminal/size.ts'
import { introductionPage } from '../text/introduction.ts'
import { clip, line } from '../text/lines.ts'

/** The walk goes on behind it, as far as it needs no answer. */
export function Introduction({ state, question }: { state: WalkState; question: string }) {
  const send = useSend()
  const { columns, rows } = useSize()
  const lines = introductionPage(columns, state)
  const scrolling = useScrolling(lines.length)
  useKeys((key) => {
    if (key !== 'enter') return scrolling.move(key, rows - 9)
    send({ do: 'begin' })
    return true
  })
  const meanwhile = state.phase.at === 'looking' ? `Meanwhile: ${state.phase.what} …` : 'It has looked.'
  return (
    <Screen
      question={question}
      hints={[
        ['Enter', 'begin'],
        ['?', 'help, with this text'],
        ['Ctrl-C', 'leave'],
      ]}
    >
      {({ width, height }) => (
        <Box flexDirection="column">
          <Scroll lines={lines} height={height - 1} offset={scrolling.offset(height - 1)} />
          <Rows lines={[line(clip(meanwhile, width), 'dim')]} />
        </Box>
      )}
    </Screen>
  )
}
