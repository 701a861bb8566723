import { liveHost } from '../../host/live-host.ts'
import type { Printer } from '../../host/printer.ts'
import { Unattended } from '../../session/walk/unattended.ts'
import { Walk } from '../../session/walk/walk.ts'
import { CheckError, parseCheck, parseExercise } from '../../trial/health/check.ts'
import { UsageError, type WalkArguments } from '../arguments.ts'

function requireParsed(option: string, texts: readonly string[], parse: (text: string) => unknown): void {
  try {
    for (const text of texts) parse(text)
  } catch (error) {
    if (error instanceof CheckError) throw new UsageError(`${option}: ${error.message}`)
    throw error
  }
}

/** A closed line or a kill must not end the process before what was on trial is undone. */
function undoOnSignals(walk: Walk): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => walk.send({ do: 'interrupt' }))
  }
  process.stdin.on('error', () => undefined)
}

/** The walk, in a terminal or without one. Nothing of the UI is loaded with --yes. */
export async function runWalk(args: WalkArguments, printer: Printer): Promise<number> {
  requireParsed('--check', args.checks, parseCheck)
  requireParsed('--exercise', args.exercises, parseExercise)
  const terminal = process.stdin.isTTY === true && process.stdout.isTTY === true
  if (!args.yes && !terminal) {
    throw new UsageError('the wizard needs a terminal; --yes takes every recommendation without one')
  }
  const keepSeconds = args.yes ? 0 : args.keepSeconds
  const { unit, checks, exercises, stages, rehearse, once, exactCalls, learnLive, watchSeconds } = args
  const asked = { unit, checks, exercises, stages, rehearse, once, exactCalls, keepSeconds, watchSeconds }
  const live = learnLive === undefined ? {} : { learnLive }
  const attendant = args.yes ? new Unattended(printer) : undefined
  const walk = new Walk({ host: liveHost(), ...asked, ...live }, attendant)
  undoOnSignals(walk)
  if (attendant !== undefined) return finishNow(await walk.finished)
  const { runWizard } = await import('../../ui/wizard.tsx')
  return finishNow(await runWizard(walk))
}

/** A listener for signals or a terminal in raw mode would keep the process alive. */
function finishNow(code: number): number {
  process.exitCode = code
  setTimeout(() => process.exit(code), 200).unref()
  return code
}
