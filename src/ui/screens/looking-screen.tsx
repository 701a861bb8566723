import { useRef } from 'react'
import type { Phase } from '../../session/walk/state.ts'
import { Rows } from '../frame/draw.tsx'
import { Screen } from '../frame/screen.tsx'
import { useNow } from '../terminal/clock.ts'
import { paragraph } from '../text/lines.ts'

export function Looking({ phase, question }: { phase: Extract<Phase, { at: 'looking' }>; question: string }) {
  const now = useNow()
  const since = useRef(now)
  const elapsed = Math.floor((now - since.current) / 1000)
  return (
    <Screen question={question} hints={[['Ctrl-C', 'stop']]}>
      {({ width, height }) => (
        <Rows
          height={height}
          lines={[
            ...paragraph(`${phase.what}${elapsed > 1 ? ` (${elapsed} s)` : ''}`, width),
            ...paragraph('Looking changes nothing.', width, 'dim'),
            ...(phase.notes ?? []).flatMap((note) => paragraph(note, width, 'dim')),
          ]}
        />
      )}
    </Screen>
  )
}
