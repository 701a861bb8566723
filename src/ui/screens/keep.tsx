import { Box } from 'ink'
import type { Phase, WalkState } from '../../session/state.ts'
import { useNow } from '../clock.ts'
import { Rows } from '../draw.tsx'
import { useKeys } from '../keys.tsx'
import { BLANK, bullet, type Line, paragraph, seconds } from '../lines.ts'
import { Menu } from '../menu.tsx'
import { useOverlay } from '../overlay.tsx'
import { rated } from '../score.ts'
import { Screen } from '../screen.tsx'
import { useSend } from '../walk.ts'

interface KeepProps {
  phase: Extract<Phase, { at: 'keep' }>
  question: string
  target: WalkState['target']
}

function verdict({ phase, target }: KeepProps): string {
  const change = phase.stage === 'all' ? 'the change of all stages' : 'the change'
  if (target === 'live') return `The live service runs with ${change} and is healthy. Keep it?`
  return `The service in the clone runs with ${change} and is healthy. Keep it? The live service is not touched.`
}

export function Keep(props: KeepProps) {
  const { phase, question } = props
  const send = useSend()
  const { page } = useOverlay()
  const now = useNow()
  useKeys((key) => {
    // Both lead to the safe side, so neither asks again.
    if (key !== 'escape' && key !== 'n') return false
    send({ do: 'keep', yes: false })
    return true
  })
  const left = seconds(phase.deadline, now)
  return (
    <Screen
      question={question}
      hints={[
        ['↑↓', 'choose'],
        ['Enter', 'answer'],
        ['Esc or n', 'roll back'],
        ['?', 'help'],
      ]}
    >
      {({ width, height }) => {
        const countdown =
          left > 0
            ? `Without an answer it is rolled back by itself in ${left} s.`
            : 'The time is up: it is being rolled back.'
        const below: Line[] = [BLANK, ...paragraph(countdown, width, 'warn')]
        const above: Line[] = [
          ...paragraph(verdict(props), width, 'bold'),
          ...paragraph(`Exposure ${rated(phase.before)} → ${rated(phase.after)}`, width),
          BLANK,
        ]
        const room = Math.max(1, height - above.length - below.length - 3)
        const proof = phase.proof.flatMap((text) => bullet(text, width, '✔ '))
        const shown =
          proof.length > room ? [...proof.slice(0, room - 1), ...bullet('and more', width, '… ')] : proof
        return (
          <Box flexDirection="column" gap={1}>
            <Rows lines={[...above, ...shown, ...below]} height={height - 3} />
            <Menu
              active={page === undefined && left > 0}
              choices={[
                { value: 'keep', label: 'Keep it' },
                { value: 'undo', label: 'Roll back' },
              ]}
              onChoose={(value) => send({ do: 'keep', yes: value === 'keep' })}
            />
          </Box>
        )
      }}
    </Screen>
  )
}
