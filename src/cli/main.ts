import { parseArguments, USAGE, UsageError } from './arguments.ts'
import { runStatus } from './commands/status-command.ts'
import { runUndo } from './commands/undo-command.ts'
import { runWalk } from './commands/walk-command.ts'

/** package.json's version, put in by the bundler. */
declare const HARDENCTL_VERSION: string

async function main(): Promise<number> {
  const args = parseArguments(process.argv.slice(2))
  if (args.command === 'help') process.stdout.write(USAGE)
  if (args.command === 'version') process.stdout.write(`hardenctl ${HARDENCTL_VERSION}\n`)
  if (args.command === 'help' || args.command === 'version') return 0
  if (process.getuid?.() !== 0) {
    throw new UsageError(`hardenctl must be root to see and restart services: sudo hardenctl ${args.unit}`)
  }
  if (args.command === 'status') return runStatus(args.unit)
  if (args.command === 'undo') return runUndo(args.unit)
  return runWalk(args)
}

try {
  process.exitCode = await main()
} catch (error) {
  const text = (error as Error).message.split('\n')[0]
  process.stderr.write(`hardenctl: ${text}\n`)
  process.exitCode = error instanceof UsageError ? 2 : 1
}
