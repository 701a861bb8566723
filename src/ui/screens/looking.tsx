import { useRef } from 'react'
import type { Phase } from '../../session/state.ts'
import { useNow } from '../clock.ts'
import { Rows } from '../draw.tsx'
import { paragraph } from '../lines.ts'
import { Screen } from '../screen.tsx'

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
          ]}
        />
      )}
    </Screen>
  )
}
