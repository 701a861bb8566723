import type { Phase } from '../../session/state.ts'
import { Rows } from '../draw.tsx'
import { useKeys } from '../keys.tsx'
import { BLANK, labelled, paragraph } from '../lines.ts'
import { Screen } from '../screen.tsx'
import { useSend } from '../walk.ts'

export function Refused({ phase, question }: { phase: Extract<Phase, { at: 'refused' }>; question: string }) {
  const send = useSend()
  useKeys((key) => {
    if (key !== 'enter' && key !== 'q') return false
    send({ do: 'stop' })
    return true
  })
  return (
    <Screen question={question} hints={[['Enter', 'leave']]}>
      {({ width, height }) => (
        <Rows
          height={height}
          lines={[
            ...paragraph('hardenctl can’t go on.', width, 'bold'),
            BLANK,
            ...labelled('Reason', phase.reason, width),
            ...labelled('What next', phase.next, width),
          ]}
        />
      )}
    </Screen>
  )
}
