import { Bug, OpenUndo } from '../host/errors.ts'
import type { CommandEnd } from '../session/exit-code.ts'
import { UsageError } from './usage-error.ts'

/** How a command ended that threw this. */
export function endOfError(error: unknown): CommandEnd {
  if (error instanceof UsageError) return 'usage-error'
  const isOpen = error instanceof OpenUndo || (error instanceof Bug && !error.undone.proven)
  return isOpen ? 'undo-open' : 'failed'
}
