import { Box } from 'ink'
import { Screen } from '../frame/screen.tsx'
import { useKeys } from '../input/keys.tsx'
import { Menu } from '../input/menu.tsx'
import { Scroll, useScrolling } from '../input/scroll.tsx'
import { useSend } from '../screen-key.ts'
import { useSize } from '../terminal/size.ts'
import { clip } from '../text/lines.ts'
import { applyLabel, type ConfirmPhase, planLines } from './plan-lines.ts'

export function Confirm({ phase, question }: { phase: ConfirmPhase; question: string }) {
  const send = useSend()
  const { columns, rows } = useSize()
  const lines = planLines(phase, columns)
  const scrolling = useScrolling(lines.length)
  useKeys((key) => {
    if (key === 'escape') send({ do: 'back' })
    else return key !== 'up' && key !== 'down' && scrolling.move(key, rows - 10)
    return true
  })
  return (
    <Screen
      question={question}
      hints={[
        ['↑↓', 'choose'],
        ['Enter', 'do it'],
        ['Space b', 'scroll'],
        ['Esc', 'back'],
        ['?', 'help'],
      ]}
    >
      {({ height }) => (
        <Box flexDirection="column" gap={1}>
          <Scroll
            lines={lines}
            height={height - 3}
            offset={scrolling.offset(height - 3)}
            keys="Space and b"
          />
          <Menu
            choices={[
              { value: 'apply', label: clip(applyLabel(phase), columns - 2) },
              {
                value: 'back',
                label: phase.stage === 'all' ? 'Leave the live service as it is' : 'Back to the list',
              },
            ]}
            onChoose={(value) => send({ do: value })}
          />
        </Box>
      )}
    </Screen>
  )
}
