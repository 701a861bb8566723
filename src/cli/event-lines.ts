import { ExpectedError, isExpected } from '../host/errors.ts'
import { onStandardError, type Printer } from '../host/printer.ts'
import { VERSION } from '../host/version.ts'
import type { Untimed } from '../session/events/schema.ts'
import { exitCode } from '../session/exit-code.ts'
import { endOfError } from './end-of-error.ts'

/** Tells events to a program: each is one line of JSON on standard output. */
export type Tell = (event: Untimed) => void

/** What a command says to whom: words to a person, events to a program, if one listens. */
export interface Voice {
  words: Printer
  tell: Tell
}

function tellTo(printer: Printer): Tell {
  return ({ event, ...rest }) => printer.out(JSON.stringify({ event, at: new Date().toISOString(), ...rest }))
}

/**
 * Runs a command, with --json between an event of its begin and one of its end. All words then go to standard error. What
 * it throws is told as a refusal, and thrown further. `work` tells the end itself if it has more to say of it, and
 * returns the exit code.
 */
export async function voiced(
  printer: Printer,
  isTold: boolean,
  { command, unit }: { command: string; unit?: string },
  work: (voice: Voice) => Promise<number>,
): Promise<number> {
  if (!isTold) return work({ words: printer, tell: () => undefined })
  let isEnded = false
  const told = tellTo(printer)
  const tell: Tell = (event) => {
    isEnded ||= event.event === 'end'
    told(event)
  }
  const end = (code: number) => {
    if (!isEnded) tell({ event: 'end', exit_code: code, summary: null })
  }
  tell({ event: 'begin', format: 'hardenctl events 1', hardenctl: VERSION, command, unit: unit ?? null })
  try {
    const code = await work({ words: onStandardError(printer), tell })
    end(code)
    return code
  } catch (error) {
    const next = error instanceof ExpectedError ? error.next : ''
    const reason = isExpected(error) ? (error.message.split('\n')[0] ?? '') : 'a bug of hardenctl'
    tell({ event: 'refusal', reason, next })
    end(exitCode(endOfError(error)))
    throw error
  }
}
