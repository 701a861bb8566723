import type { WalkState } from '../../session/walk/state.ts'
import { Rows } from '../frame/draw.tsx'
import { Screen } from '../frame/screen.tsx'
import { useNow } from '../terminal/clock.ts'
import { BLANK, type Line, paragraph } from '../text/lines.ts'
import { stepLines, stepWindow } from './step-lines.ts'
import { useElapsed } from './trial-screen.tsx'

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
    <Screen question={question} hints={[['Please wait', 'until hardenctl is done']]}>
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
