import { Box } from 'ink'
import { useState } from 'react'
import type { WalkState } from '../../session/walk/state.ts'
import { Countdown, Rows } from '../frame/draw.tsx'
import type { KeyHint } from '../frame/room.ts'
import { Screen } from '../frame/screen.tsx'
import { useKeys } from '../input/keys.tsx'
import { type Choice, Menu } from '../input/menu.tsx'
import { TextField } from '../input/text-field.tsx'
import { useSend } from '../session-hooks.ts'
import { useNow } from '../terminal/clock.ts'
import { bullet, paragraph, seconds } from '../text/lines.ts'
import { type KeepPhase, keepLines, proofLines } from './keep-words.ts'

interface KeepProps {
  phase: KeepPhase
  question: string
  target: WalkState['target']
}

type Answer = 'keep' | 'undo' | 'insist'

const ROLL_BACK: Choice<Answer> = { value: 'undo', label: 'Roll back' }
const CHOICES: Choice<Answer>[] = [{ value: 'keep', label: 'Keep it' }, ROLL_BACK]
/** Waiting is what is asked for here, so that Enter must not keep. */
const UNSEEN: Choice<Answer>[] = [ROLL_BACK, { value: 'insist', label: 'Keep it without a new login …' }]
/** `y` is the choice that y stands for. */
const hints = (y: string): KeyHint[] => [
  ['↑↓', 'choose'],
  ['Enter', 'answer'],
  ['y', y],
  ['n or Esc', 'roll back'],
  ['+', 'more time'],
  ['?', 'help'],
]
const SEEN_HINTS = hints('keep')
const UNSEEN_HINTS = hints('keep without a login')
const TYPING: KeyHint[] = [
  ['Enter', 'answer'],
  ['Esc', 'back'],
]
/** The person must type this in full to keep it without a login. */
const WORDS = 'keep'

export function Keep(props: KeepProps) {
  const { phase, question } = props
  const send = useSend()
  const now = useNow()
  const [insisting, setInsisting] = useState(false)
  const unseen = phase.login !== undefined && phase.login.seen === undefined
  const typing = insisting && unseen
  const left = seconds(phase.deadline, now)
  const choose = (value: Answer) => {
    if (value === 'insist') setInsisting(true)
    else send({ do: 'keep', yes: value === 'keep' })
  }
  useKeys((key) => {
    // Both lead to the safe side, so neither asks again.
    if (key === 'escape' || key === 'n') choose('undo')
    else if (key === 'y' && left > 0) choose(unseen ? 'insist' : 'keep')
    else if (key === '+' && left > 0) send({ do: 'more-time' })
    else return false
    return true
  })
  const insist = (words: string) => {
    setInsisting(false)
    if (words.toLowerCase() === WORDS) send({ do: 'keep', yes: true, withoutLogin: true })
  }
  const choosing = unseen ? UNSEEN_HINTS : SEEN_HINTS
  return (
    <Screen question={question} hints={typing ? TYPING : choosing}>
      {({ width, height }) => {
        const countdown =
          left > 0
            ? `Without an answer hardenctl rolls back in ${left} s.`
            : 'The time is up: hardenctl is rolling back.'
        const below = paragraph([countdown, phase.note ?? ''].join(' ').trim(), width, 'warn')
        const above = keepLines(props, now, width)
        // Below them a blank row, the countdown, another one, and two choices.
        const rest = height - below.length - 4
        const room = Math.max(1, rest - above.length)
        const proof = proofLines(phase, width)
        const shown =
          proof.length > room ? [...proof.slice(0, room - 1), ...bullet('and more', width, '… ')] : proof
        return (
          <Box flexDirection="column" gap={1}>
            <Rows lines={[...above, ...shown]} height={rest} />
            <Countdown lines={below} />
            {typing && left > 0 ? (
              <TextField
                label={`Type ${WORDS} to keep it without a new login:`}
                width={width}
                onEnter={insist}
                onEscape={() => setInsisting(false)}
              />
            ) : (
              <Menu
                key={unseen ? 'unseen' : 'seen'}
                active={left > 0}
                choices={unseen ? UNSEEN : CHOICES}
                onChoose={choose}
              />
            )}
          </Box>
        )
      }}
    </Screen>
  )
}
