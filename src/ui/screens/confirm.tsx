import { Box } from 'ink'
import { useKeys } from '../keys.tsx'
import { clip } from '../lines.ts'
import { Menu } from '../menu.tsx'
import { useOverlay } from '../overlay.tsx'
import { Screen } from '../screen.tsx'
import { Scroll, useScrolling } from '../scroll.tsx'
import { useSize } from '../size.ts'
import { useSend } from '../walk.ts'
import { applyLabel, type ConfirmPhase, planLines } from './plan.ts'

export function Confirm({ phase, question }: { phase: ConfirmPhase; question: string }) {
  const send = useSend()
  const { page } = useOverlay()
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
            active={page === undefined}
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
