import { useRef } from 'react'
import type { Phase, StepRow } from '../../session/state.ts'
import { useNow } from '../clock.ts'
import { Rows } from '../draw.tsx'
import { BLANK, type Line, paragraph, seconds } from '../lines.ts'
import { Screen } from '../screen.tsx'
import { stepLines, stepWindow } from './steps.ts'

/** Milliseconds since a step was first seen running. */
export function useElapsed(steps: StepRow[], now: number): (id: string) => number {
  const since = useRef(new Map<string, number>())
  for (const step of steps)
    if (step.state === 'running' && !since.current.has(step.id)) since.current.set(step.id, now)
  return (id) => now - (since.current.get(id) ?? now)
}

export function Trial({ phase, question }: { phase: Extract<Phase, { at: 'trial' }>; question: string }) {
  const now = useNow()
  const elapsed = useElapsed(phase.steps, now)
  return (
    <Screen question={question} hints={[['Ctrl-C', 'undo it now']]}>
      {({ width, height }) => {
        const below: Line[] =
          phase.deadline === undefined
            ? []
            : [
                BLANK,
                ...paragraph(
                  `This undoes itself in ${seconds(phase.deadline, now)} s, whatever happens to this connection.`,
                  width,
                ),
              ]
        const what =
          phase.deadline === undefined
            ? 'What was decided is being carried out.'
            : 'The change is being tried on the service.'
        const above = [...paragraph(what, width), BLANK]
        const steps = stepLines(phase.steps, width, elapsed)
        const room = Math.max(1, height - above.length - below.length)
        return <Rows lines={[...above, ...stepWindow(steps, phase.steps, room), ...below]} height={height} />
      }}
    </Screen>
  )
}
