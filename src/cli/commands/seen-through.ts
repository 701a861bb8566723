import { followed } from '../../session/events/walk-events.ts'
import type { Walk } from '../../session/walk/walk.ts'
import type { Voice } from '../event-lines.ts'
import { finishNow } from '../finish-now.ts'
import { tellStack } from '../stack.ts'
import { undoOnSignals } from './begin-walk.ts'

/** Tells what happens in a walk that nobody attends until it has ended. Returns its exit code. */
export async function seenThrough(
  walk: Walk,
  { words, tell }: Pick<Voice, 'words' | 'tell'>,
): Promise<number> {
  undoOnSignals(walk)
  const code = await followed(walk, tell)
  if (walk.bug !== undefined) tellStack(words, walk.bug.error)
  return finishNow(code)
}
