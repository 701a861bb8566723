import type { WalkState } from '../../session/state.ts'
import { useNow } from '../clock.ts'
import { Rows } from '../draw.tsx'
import { BLANK, type Line, paragraph } from '../lines.ts'
import { Screen } from '../screen.tsx'
import { stepLines, stepWindow } from './steps.ts'
import { useElapsed } from './trial.tsx'

export function Stopping({ state, question }: { state: WalkState; question: string }) {
  const now = useNow()
  const steps = state.phase.at === 'trial' ? state.phase.steps : []
  const elapsed = useElapsed(steps, now)
  if (state.stopped !== undefined) {
    const last = state.stopped
    return (
      <Screen question={question} hints={[]}>
        {({ width }) => <Rows lines={paragraph(last, width, 'bold')} />}
      </Screen>
    )
  }
  return (
    <Screen question={question} hints={[['Please wait', 'until it is done']]}>
      {({ width, height }) => {
        const above: Line[] = [
          ...paragraph(state.stopping ?? '', width, 'bold'),
          ...paragraph('Please leave this window open; hardenctl ends by itself.', width),
          BLANK,
        ]
        const below = stepWindow(stepLines(steps, width, elapsed), steps, Math.max(1, height - above.length))
        return <Rows lines={[...above, ...below]} height={height} />
      }}
    </Screen>
  )
}
