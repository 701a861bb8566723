import { ExpectedError, isExpected } from '../host/errors.ts'
import { printerTo } from '../host/printer.ts'
import { exitCode } from '../session/exit-code.ts'
import { type Arguments, parseArguments } from './arguments.ts'
import { commandNamed } from './definition.ts'
import { endOfError } from './end-of-error.ts'
import { UsageError } from './usage-error.ts'

const printer = () => printerTo(process.stdout, process.stderr)

/** Loads the code that V8 compiled at build time. It runs like the code itself, so it must be ours. */
function enableCompileCache(): void {
  const directory = `${import.meta.dirname}/cache`
  const { statSync } = process.getBuiltinModule('node:fs')
  if (statSync(directory, { throwIfNoEntry: false })?.uid !== process.getuid?.()) return
  process.getBuiltinModule('node:module').enableCompileCache({ directory, portable: true })
}

async function main(argv: readonly string[]): Promise<number> {
  const args = parseArguments(argv)
  // main.ts has answered these.
  if (args.command === 'version' || args.command === 'help') return exitCode('done')
  requireAccount(args)
  enableCompileCache()
  // Loads only what the command needs, so that the help appears at once and the first frame soon.
  if (args.command === 'status')
    return (await import('./commands/status-command.ts')).runStatus(args, printer())
  if (args.command === 'overview')
    return (await import('./commands/overview-command.ts')).runOverviewCommand(args.plain, printer())
  if (args.command === 'audit') return (await import('./commands/audit-command.ts')).runAudit(args, printer())
  if (args.command === 'plan') return (await import('./commands/plan-command.ts')).runPlan(args, printer())
  if (args.command === 'diff') return (await import('./commands/diff-command.ts')).runDiff(args, printer())
  if (args.command === 'apply') return (await import('./commands/apply-command.ts')).runApply(args, printer())
  if (args.command === 'try') return (await import('./commands/try-command.ts')).runTry(args, printer())
  if (args.command === 'merge') return (await import('./commands/merge-command.ts')).runMerge(args, printer())
  if (args.command === 'upstream')
    return (await import('./commands/upstream-command.ts')).runUpstream(args, printer())
  if (args.command === 'export')
    return (await import('./commands/export-command.ts')).runExport(args, printer())
  if (args.command === 'undo') return (await import('./commands/undo-command.ts')).runUndo(args, printer())
  if (args.command === 'walk') return (await import('./commands/walk-command.ts')).runWalk(args, printer())
  return (await import('./commands/answer-command.ts')).runAnswer(args, printer())
}

type Wanted = Exclude<Arguments, { command: 'help' | 'version' }>

/** Services of the system need root; a unit of a user is that user's own, and root's rights are none of it. */
function requireAccount(args: Wanted): void {
  const isRoot = process.getuid?.() === 0
  if ('user' in args && args.user === true) {
    if (!isRoot) return
    const called = ['hardenctl', ...wordsOf(args), '--user'].join(' ')
    throw new UsageError(
      `--user is for the user whose unit it is, and never runs as root: sudo -u USER XDG_RUNTIME_DIR=/run/user/UID ${called}`,
    )
  }
  if (isRoot) return
  const called = ['sudo hardenctl', ...wordsOf(args)].join(' ')
  throw new ExpectedError(
    `hardenctl needs root to inspect and restart services: ${called}`,
    'For a unit of your own, of systemctl --user, there is --user.',
  )
}

/** What to type after sudo. */
function wordsOf(args: Wanted): readonly string[] {
  if (args.command === 'overview') return []
  if (args.command === 'audit') return ['audit', ...args.units]
  if (args.command === 'plan') return ['plan', args.walk.unit]
  if (args.command === 'try') return ['try', args.file, args.walk.unit]
  if (args.command === 'upstream')
    return ['export', ...('unit' in args.of ? [args.of.unit] : args.of.files), '--upstream']
  if (args.command === 'merge') return ['merge', ...args.files]
  if (args.command === 'diff' || args.command === 'apply') return [args.command, args.file]
  if (args.command === 'export') return ['export', 'file' in args.of ? args.of.file : args.of.unit]
  if (args.command === 'walk') return [args.unit]
  return [args.command, ...(args.unit === undefined ? [] : [args.unit])]
}

async function failed(error: unknown): Promise<number> {
  if (error instanceof UsageError) {
    printer().err(`hardenctl: ${error.message}`)
    return exitCode(endOfError(error))
  }
  // The command alone: its arguments may hold a secret, as in --check.
  if (!isExpected(error))
    await (await import('./bug.ts')).tellBug(printer(), error, `command ${commandOf(process.argv[2])}`)
  else {
    const next = error instanceof ExpectedError && error.next !== '' ? `. ${error.next}` : ''
    printer().err(`hardenctl: ${error.message.split('\n')[0]}${next}`)
  }
  return exitCode(endOfError(error))
}

function commandOf(word: string | undefined): string {
  return commandNamed(word)?.name ?? 'walk'
}

/** Runs the command of these arguments, and leaves its exit code to the process. */
export async function run(argv: readonly string[]): Promise<void> {
  try {
    process.exitCode = await main(argv)
  } catch (error) {
    process.exitCode = await failed(error)
  }
}
