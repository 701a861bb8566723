import type { Printer } from '../../host/printer.ts'
import { ComingSession } from '../../session/walk/coming-session.ts'
import type { WalkOptions } from '../../session/walk/context.ts'
import type { Session } from '../../session/walk/state.ts'
import type { Attendant, Walk } from '../../session/walk/walk.ts'
import { accountName, CheckError, exerciseAs, parseCheck, parseExercise } from '../../trial/health/check.ts'
import { UsageError, type WalkArguments } from '../arguments.ts'
import { finishNow } from '../finish-now.ts'
import { tellStack } from '../stack.ts'

function requireParsed(option: string, texts: readonly string[], parse: (text: string) => unknown): void {
  try {
    for (const text of texts) parse(text)
  } catch (error) {
    if (error instanceof CheckError) throw new UsageError(`${option}: ${error.message}`)
    throw error
  }
}

/** A closed line or a kill must not end the process before what was on trial is undone. */
function undoOnSignals(walk: Session): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => walk.send({ do: 'interrupt' }))
  }
  process.stdin.on('error', () => undefined)
}

/** The walk, in a terminal or without one. Nothing of the UI is loaded with --yes. */
export async function runWalk(args: WalkArguments, printer: Printer): Promise<number> {
  requireParsed('--check', args.checks, parseCheck)
  requireParsed('--exercise', args.exercises, parseExercise)
  requireParsed('--exercise-as', args.exerciseAs === undefined ? [] : [args.exerciseAs], accountName)
  const terminal = process.stdin.isTTY === true && process.stdout.isTTY === true
  if (!args.yes && !terminal) {
    throw new UsageError('the wizard needs a terminal; --yes takes every recommendation without one')
  }
  const { command: _, yes, timings, exerciseAs: account, ...asked } = args
  const options = {
    ...asked,
    keepSeconds: yes ? 0 : asked.keepSeconds,
    exercises:
      account === undefined ? asked.exercises : asked.exercises.map((text) => exerciseAs(text, account)),
  }
  let walk: Walk | undefined
  const begun = async (attendant?: Attendant): Promise<Walk> => {
    walk = await begin(options, attendant)
    endOnBugs(walk)
    return walk
  }
  const code = yes ? await unattended(begun, printer) : await drawn(asked.unit, begun, () => walk)
  if (timings && walk !== undefined) await tellTimings(walk, printer)
  if (walk?.bug !== undefined) tellStack(printer, walk.bug.error)
  return finishNow(code)
}

async function tellTimings(walk: Walk, printer: Printer): Promise<void> {
  const { timingsTable } = await import('../../session/walk/timings-table.ts')
  for (const line of timingsTable(walk.times())) printer.out(line)
}

type Begun = (attendant?: Attendant) => Promise<Walk>

async function unattended(begun: Begun, printer: Printer): Promise<number> {
  const { Unattended } = await import('../../session/walk/unattended.ts')
  const walk = await begun(new Unattended(printer))
  undoOnSignals(walk)
  return walk.finished
}

/** Runs the walk in the wizard. If the wizard itself fails, the walk ends and the change on trial is undone. */
async function drawn(unit: string, begun: Begun, walk: () => Walk | undefined): Promise<number> {
  const coming = new ComingSession(unit, () => begun())
  undoOnSignals(coming)
  try {
    const { runWizard } = await import('../../ui/wizard.tsx')
    return await runWizard(coming)
  } catch (error) {
    walk()?.fail(error)
    await walk()?.finished
    throw error
  }
}

/** Node would end the process at once, and leave the undo to the timer. */
function endOnBugs(walk: Walk): void {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error) => walk.fail(error))
  }
}

async function begin(options: Omit<WalkOptions, 'host'>, attendant?: Attendant): Promise<Walk> {
  const [host, walk] = await Promise.all([
    import('../../host/live-host.ts'),
    import('../../session/walk/walk.ts'),
  ])
  return new walk.Walk({ host: host.liveHost(), ...options }, attendant)
}
