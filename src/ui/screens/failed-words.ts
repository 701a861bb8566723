import { failureWords } from '../../session/walk/failure-words.ts'
import type { Intent } from '../../session/walk/intent.ts'
import type { FailedPhase, WalkState } from '../../session/walk/state.ts'
import { BLANK, type Line, labelled, line, paragraph, verbatim } from '../text/lines.ts'

export interface Way {
  label: string
  intent: Intent
}

/** The ways to go on from a failure, the most likely first. */
export function waysOf(phase: FailedPhase, relaxed: string[]): Way[] {
  const all = phase.stage === 'all'
  const again = {
    label: all ? 'Show the plan again' : 'Back to the list, to untick something',
    intent: { do: 'choose-again' },
  } as const
  const skip = { label: 'Skip this stage', intent: { do: 'skip-stage' } } as const
  const stop = {
    label: all ? 'Stop here; the live service stays as it is' : 'Stop here and keep the proven stages',
    intent: { do: 'stop' },
  } as const
  const insist = { label: 'Try it on the live service anyway', intent: { do: 'insist' } } as const
  const search = {
    label: `Find the row that breaks it: at most ${phase.maySearch} trials on the live service`,
    intent: { do: 'search' },
  } as const
  const relax = {
    label: 'Relax the ticked rows and try again',
    intent: { do: 'relax', ids: relaxed },
  } as const
  const oneStage = phase.stage !== 'final' && !all
  return [
    ...(relaxed.length > 0 ? [relax] : []),
    ...(phase.maySearch === undefined ? [] : [search]),
    again,
    ...(oneStage ? [skip] : []),
    stop,
    // Last in the list, so that nobody reaches it with one key too many.
    ...(phase.mayInsist ? [insist] : []),
  ]
}

/** What happened, in the order in which a person asks. */
export function reportLines(phase: FailedPhase, target: WalkState['target'], width: number): Line[] {
  const { headline, needed, back, reason } = failureWords(phase, target)
  return [
    ...paragraph(headline, width, 'bold'),
    ...(needed === undefined ? [] : labelled('It needed', `${needed}.`, width, 'bad')),
    ...labelled('Reason', reason, width, 'bad'),
    ...back.flatMap((text, index) => labelled(index === 0 ? 'It is back' : '', `✔ ${text}`, width)),
    ...(phase.relaxations.length === 0
      ? []
      : labelled('Proposed', 'Relax what is ticked below; each says what it costs.', width)),
    ...(phase.journal.length > 0
      ? [
          BLANK,
          line('The journal says:', 'accent'),
          ...phase.journal.flatMap((text) => verbatim(`  ${text}`, width, 'dim')),
        ]
      : []),
  ]
}
