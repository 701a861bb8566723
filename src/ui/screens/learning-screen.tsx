import type { LearningPhase } from '../../session/walk/state.ts'
import { Rows } from '../frame/draw.tsx'
import { Screen } from '../frame/screen.tsx'
import { useKeys } from '../input/keys.tsx'
import { useSend } from '../session-hooks.ts'
import { useNow } from '../terminal/clock.ts'
import { BLANK, bullet, type Line, line, paragraph } from '../text/lines.ts'
import { clock, counts, doubts, found } from './learning-words.ts'

function rows(phase: LearningPhase, now: number, width: number, height: number): Line[] {
  const left = phase.until === undefined ? '' : `, ends by itself in ${clock(phase.until - now)}`
  const above = [
    ...paragraph(`The live service works as usual. ${clock(now - phase.since)} so far${left}.`, width),
    BLANK,
    ...paragraph(counts(phase), width, 'bold'),
    ...doubts(phase, width),
    BLANK,
  ]
  const entries = found(phase).map((text) => bullet(text, width))
  const room = Math.max(0, height - above.length)
  const shown: Line[] = []
  for (const [index, entry] of entries.entries()) {
    const rest = entries.length - index - 1
    if (shown.length + entry.length + (rest > 0 ? 1 : 0) > room) {
      shown.push(line(`and ${rest + 1} more`, 'dim'))
      break
    }
    shown.push(...entry)
  }
  return [...above, ...shown]
}

export function Learning({ phase, question }: { phase: LearningPhase; question: string }) {
  const send = useSend()
  const now = useNow()
  useKeys((key) => {
    if (key !== 'enter' && key !== 'q') return false
    send({ do: 'end-learning' })
    return true
  })
  return (
    <Screen
      question={question}
      hints={[
        ['Enter', 'end it'],
        ['?', 'help'],
        ['Ctrl-C', 'undo it and leave'],
      ]}
    >
      {({ width, height }) => <Rows lines={rows(phase, now, width, height)} height={height} />}
    </Screen>
  )
}
