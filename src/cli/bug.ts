import { liveHost } from '../host/live-host.ts'
import type { Printer } from '../host/printer.ts'
import { reportBug } from '../session/walk/bug-report.ts'
import { tellStack } from './stack.ts'

/** Says that a command ended in a bug, and where its report is. */
export async function tellBug(printer: Printer, error: unknown, command: string): Promise<void> {
  tellStack(printer, error)
  const { reason, next } = await reportBug(liveHost(), error, { doing: command })
  printer.err(`hardenctl: ${reason}. ${next}`)
}
