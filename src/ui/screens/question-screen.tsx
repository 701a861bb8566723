import { Box } from 'ink'
import type { Phase } from '../../session/walk/state.ts'
import { Screen } from '../frame/screen.tsx'
import { useKeys } from '../input/keys.tsx'
import { Menu } from '../input/menu.tsx'
import { Scroll, useScrolling } from '../input/scroll.tsx'
import { useSend } from '../screen-key.ts'
import { useSize } from '../terminal/size.ts'
import { paragraph } from '../text/lines.ts'

export function Question({
  phase,
  question,
}: {
  phase: Extract<Phase, { at: 'question' }>
  question: string
}) {
  const send = useSend()
  const { columns, rows } = useSize()
  const lines = phase.text.flatMap((text) => paragraph(text, columns))
  const scrolling = useScrolling(lines.length)
  useKeys((key) => {
    if (key === 'y' || key === 'n') send({ do: 'answer', yes: key === 'y' })
    else return key !== 'up' && key !== 'down' && scrolling.move(key, rows - 10)
    return true
  })
  return (
    <Screen
      question={question}
      hints={[
        ['↑↓', 'choose'],
        ['Enter', 'answer'],
        ['y/n', 'answer at once'],
        ['?', 'help'],
        ['Ctrl-C', 'stop'],
      ]}
    >
      {({ height }) => (
        <Box flexDirection="column" gap={1}>
          <Scroll lines={lines} height={height - 3} offset={scrolling.offset(height - 3)} keys="PgUp PgDn" />
          <Menu
            choices={[
              { value: 'yes', label: phase.yes },
              { value: 'no', label: phase.no },
            ]}
            onChoose={(value) => send({ do: 'answer', yes: value === 'yes' })}
          />
        </Box>
      )}
    </Screen>
  )
}
