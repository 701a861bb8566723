import type { Phase } from '../../session/walk/state.ts'
import { Rows } from '../frame/draw.tsx'
import { Screen } from '../frame/screen.tsx'
import { useKeys } from '../input/keys.tsx'
import { useSend } from '../session-hooks.ts'
import { BLANK, labelled, paragraph } from '../text/lines.ts'

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
            ...paragraph('hardenctl cannot continue.', width, 'bold'),
            BLANK,
            ...labelled('Reason', phase.reason, width),
            ...labelled('What next', phase.next, width),
          ]}
        />
      )}
    </Screen>
  )
}
