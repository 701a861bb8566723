import { VERSION } from '../host/version.ts'
import { type Arguments, parseArguments } from './arguments.ts'
import { commandHelp, generalHelp } from './help.ts'
import { UsageError } from './usage-error.ts'

// The build makes one file of this alone, beside the rest: help appears at once, and loads nothing of any command.

/**
 * Writes text of hardenctl itself without the printer, whose stream would load sockets: a third of the time of --help.
 */
function say(text: string): void {
  try {
    process.getBuiltinModule('node:fs').writeSync(1, text)
  } catch {
    // The reader has gone.
  }
}

/** Arguments that ask for help or the version; wrong ones are told by who runs commands. */
function asked(argv: readonly string[]): Extract<Arguments, { command: 'help' | 'version' }> | undefined {
  try {
    const args = parseArguments(argv)
    return args.command === 'help' || args.command === 'version' ? args : undefined
  } catch (error) {
    if (error instanceof UsageError) return undefined
    throw error
  }
}

const args = asked(process.argv.slice(2))
if (args === undefined) await (await import('./run.ts')).run(process.argv.slice(2))
else if (args.command === 'version') say(`hardenctl ${VERSION}\n`)
else say(args.about === undefined ? generalHelp() : commandHelp(args.about))
