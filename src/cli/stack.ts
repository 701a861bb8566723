import { stackOf } from '../host/errors.ts'
import type { Printer } from '../host/printer.ts'

/** The stack of a bug, if HARDENCTL_DEBUG=1 asks for it; `env` is the environment. */
export function tellStack(printer: Printer, error: unknown, env = process.env): void {
  if (env.HARDENCTL_DEBUG !== '1') return
  for (const line of stackOf(error).split('\n')) printer.err(line)
}
