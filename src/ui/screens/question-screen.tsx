import type { Phase } from '../../session/walk/state.ts'
import { Screen } from '../frame/screen.tsx'
import { useKeys } from '../input/keys.tsx'
import { useSend } from '../session-hooks.ts'
import { paragraph } from '../text/lines.ts'
import { TextMenu } from './text-menu.tsx'

export function Question({
  phase,
  question,
}: {
  phase: Extract<Phase, { at: 'question' }>
  question: string
}) {
  const send = useSend()
  useKeys((key) => {
    if (key !== 'y' && key !== 'n') return false
    send({ do: 'answer', yes: key === 'y' })
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
      {({ width, height }) => (
        <TextMenu
          lines={phase.text.flatMap((text) => paragraph(text, width))}
          height={height}
          keys="PgUp PgDn"
          choices={[
            { value: 'yes', label: phase.yes },
            { value: 'no', label: phase.no },
          ]}
          onChoose={(value) => send({ do: 'answer', yes: value === 'yes' })}
        />
      )}
    </Screen>
  )
}
