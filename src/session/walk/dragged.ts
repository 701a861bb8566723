import type { WalkBeginning } from './context.ts'
import { Refusal } from './refusal.ts'

/** Asks whether units may restart that a restart takes along. */
export async function askAboutDragged({ subject, ask }: WalkBeginning): Promise<void> {
  if (subject.dragged.length === 0) return
  const text = [
    `Each restart of ${subject.unit} also restarts these units, which require it or are part of it:`,
    ...subject.dragged,
  ]
  const phase = {
    at: 'question',
    id: 'propagation',
    text,
    yes: 'Continue, they may restart',
    no: 'Leave',
  } as const
  const answer = await ask(phase, ['answer'])
  if (!answer?.yes)
    throw new Refusal(`a restart would also restart ${subject.dragged.join(', ')}`, 'Nothing was changed.')
}
