import { printerTo } from '../host/printer.ts'
import { parseArguments, USAGE, UsageError } from './arguments.ts'
import { runStatus } from './commands/status-command.ts'
import { runUndo } from './commands/undo-command.ts'
import { runWalk } from './commands/walk-command.ts'

/** package.json's version, put in by the bundler. */
declare const HARDENCTL_VERSION: string

const printer = printerTo(process.stdout, process.stderr)

async function main(): Promise<number> {
  const args = parseArguments(process.argv.slice(2))
  if (args.command === 'help') for (const line of USAGE.trimEnd().split('\n')) printer.out(line)
  if (args.command === 'version') printer.out(`hardenctl ${HARDENCTL_VERSION}`)
  if (args.command === 'help' || args.command === 'version') return 0
  if (process.getuid?.() !== 0) {
    throw new UsageError(`hardenctl must be root to see and restart services: sudo hardenctl ${args.unit}`)
  }
  if (args.command === 'status') return runStatus(args.unit, printer)
  if (args.command === 'undo') return runUndo(args.unit, printer)
  return runWalk(args, printer)
}

try {
  process.exitCode = await main()
} catch (error) {
  const text = (error as Error).message.split('\n')[0]
  printer.err(`hardenctl: ${text}`)
  process.exitCode = error instanceof UsageError ? 2 : 1
}
