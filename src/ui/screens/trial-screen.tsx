import { Box } from 'ink'
import { useRef } from 'react'
import type { StepRow } from '../../session/walk/rows.ts'
import type { TrialPhase, WalkState } from '../../session/walk/state.ts'
import { Countdown, Rows } from '../frame/draw.tsx'
import { Screen } from '../frame/screen.tsx'
import { useNow } from '../terminal/clock.ts'
import { BLANK, type Line, paragraph, seconds } from '../text/lines.ts'
import { stepLines, stepWindow } from './step-lines.ts'
import { purposeOf } from './trial-words.ts'

/** Milliseconds since a step was first seen running. */
export function useElapsed(steps: StepRow[], now: number): (id: string) => number {
  const since = useRef(new Map<string, number>())
  for (const step of steps)
    if (step.state === 'running' && !since.current.has(step.id)) since.current.set(step.id, now)
  return (id) => now - (since.current.get(id) ?? now)
}

interface TrialProps {
  phase: TrialPhase
  question: string
  target: WalkState['target']
}

export function Trial({ phase, question, target }: TrialProps) {
  const now = useNow()
  const elapsed = useElapsed(phase.steps, now)
  return (
    <Screen
      question={question}
      hints={[['Ctrl-C', target === 'live' ? 'undo it now' : 'stop the rehearsal and leave']]}
    >
      {({ width, height }) => {
        const below: Line[] =
          phase.doing === 'finish' || phase.deadline === undefined
            ? []
            : paragraph(
                `A timer undoes the change in ${seconds(phase.deadline, now)} s, even if this connection breaks.`,
                width,
              )
        const rest = below.length === 0 ? height : height - below.length - 1
        const above = [...paragraph(purposeOf(phase, target), width), BLANK]
        const steps = stepLines(phase.steps, width, elapsed)
        const room = Math.max(1, rest - above.length)
        return (
          <Box flexDirection="column" gap={1}>
            <Rows lines={[...above, ...stepWindow(steps, phase.steps, room)]} height={rest} />
            {below.length > 0 && <Countdown lines={below} />}
          </Box>
        )
      }}
    </Screen>
  )
}
