import { Box } from 'ink'
import type { Phase } from '../../session/state.ts'
import { useKeys } from '../keys.tsx'
import { BLANK, bullet, type Line, line, paragraph, plural, verbatim } from '../lines.ts'
import { Menu } from '../menu.tsx'
import { useOverlay } from '../overlay.tsx'
import { Screen } from '../screen.tsx'
import { Scroll, useScrolling } from '../scroll.tsx'
import { useSize } from '../size.ts'
import { useSend } from '../walk.ts'

type ConfirmPhase = Extract<Phase, { at: 'confirm' }>

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
              { value: 'apply', label: 'Apply and watch the service' },
              { value: 'back', label: 'Back to the list' },
            ]}
            onChoose={(value) => send({ do: value })}
          />
        </Box>
      )}
    </Screen>
  )
}

/** What matters most first: the end may be scrolled out of sight. */
function planLines(phase: ConfirmPhase, width: number): Line[] {
  const now = phase.rehearsed ? 'Then the service restarts.' : 'The service restarts now.'
  const restart = phase.restarts ? now : 'The service is not restarted.'
  const first = phase.rehearsed ? 'First it is rehearsed in a clone of this host. ' : ''
  const promise =
    'If it is not healthy afterwards, or if you do not answer, everything below is undone by itself.'
  return [
    ...paragraph(`${first}${restart} ${promise}`, width),
    ...phase.warnings.flatMap((warning) => bullet(warning, width, '! ', 'warn')),
    BLANK,
    line('This is written:', 'accent'),
    ...verbatim(phase.dropIn, width - 2).map((written): Line => [{ text: '  ' }, ...written]),
    ...ownershipLines(phase, width),
  ]
}

function ownershipLines(phase: ConfirmPhase, width: number): Line[] {
  if (phase.ownership.length === 0) return []
  return [
    BLANK,
    line(
      `${plural(phase.ownership.length, 'file or directory gets', 'files or directories get')} another owner:`,
      'accent',
    ),
    ...phase.ownership.flatMap((wish) => {
      const mode = wish.mode === undefined ? '' : `, mode ${wish.mode.toString(8).padStart(4, '0')}`
      const owner = wish.group === undefined ? wish.user : `${wish.user}:${wish.group}`
      return bullet(`${wish.path} → ${owner}${mode}. ${wish.why}`, width)
    }),
  ]
}
