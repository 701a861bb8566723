import { Box } from 'ink'
import { useState } from 'react'
import { rated } from '../../session/store/score.ts'
import type { Phase, WalkState } from '../../session/walk/state.ts'
import { Countdown, Rows } from '../frame/draw.tsx'
import type { KeyHint } from '../frame/footer.tsx'
import { Screen } from '../frame/screen.tsx'
import { useKeys } from '../input/keys.tsx'
import { type Choice, Menu } from '../input/menu.tsx'
import { TextField } from '../input/text-field.tsx'
import { useSend } from '../screen-key.ts'
import { useNow } from '../terminal/clock.ts'
import { BLANK, bullet, type Line, paragraph, seconds } from '../text/lines.ts'

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

/** What a service that lets people log in needs before it is kept. */
function loginLines({ login }: KeepProps['phase'], now: number, width: number): Line[] {
  if (login === undefined) return []
  if (login.seen === undefined) {
    const text = `${login.by} lets people log in to this machine. Log in again now from another terminal, and stay logged in here: only a new login shows that you still can.`
    return [...paragraph(text, width, 'warn'), BLANK]
  }
  const { user, at } = login.seen
  const ago = Math.max(0, Math.round((now - at) / 1000))
  const text = `${login.by} lets people log in to this machine. hardenctl saw ${user} log in ${ago} s ago.`
  return [...paragraph(text, width), BLANK]
}

/** What no check tells, before what the checks tell. */
function warningLines({ warnings = [] }: KeepProps['phase'], width: number): Line[] {
  if (warnings.length === 0) return []
  const lines = warnings.flatMap((text) => paragraph(`Other than before: ${text}`, width, 'warn'))
  return [...lines, BLANK]
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
        const above: Line[] = [
          ...paragraph(verdict(props), width, 'bold'),
          ...paragraph(`Exposure ${rated(phase.before)} → ${rated(phase.after)}`, width),
          BLANK,
          ...loginLines(phase, now, width),
          ...warningLines(phase, width),
        ]
        // Below them a blank row, the countdown, another one, and two choices.
        const rest = height - below.length - 4
        const room = Math.max(1, rest - above.length)
        const proof = phase.proof.flatMap((text) => bullet(text, width, '✔ '))
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
