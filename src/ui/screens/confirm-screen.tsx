import { Screen } from '../frame/screen.tsx'
import { useKeys } from '../input/keys.tsx'
import { useSend } from '../session-hooks.ts'
import { clip } from '../text/lines.ts'
import { applyLabel, type ConfirmPhase, planLines } from './plan-lines.ts'
import { TextMenu } from './text-menu.tsx'

export function Confirm({ phase, question }: { phase: ConfirmPhase; question: string }) {
  const send = useSend()
  useKeys((key) => {
    if (key !== 'escape') return false
    send({ do: 'back' })
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
      {({ width, height }) => (
        <TextMenu
          lines={planLines(phase, width)}
          height={height}
          keys="Space and b"
          choices={[
            { value: 'apply', label: clip(applyLabel(phase), width - 2) },
            {
              value: 'back',
              label: phase.stage === 'all' ? 'Leave the live service as it is' : 'Back to the list',
            },
          ]}
          onChoose={(value) => send({ do: value })}
        />
      )}
    </Screen>
  )
}
