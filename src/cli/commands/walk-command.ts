import type { Printer } from '../../host/printer.ts'
import { ComingSession } from '../../session/walk/coming-session.ts'
import type { WalkOptions } from '../../session/walk/context.ts'
import type { Attendant, Walk } from '../../session/walk/walk.ts'
import { wantsPlain } from '../../ui/terminal/environment.ts'
import type { OfUser, WalkArguments } from '../argument-types.ts'
import { type Voice, voiced } from '../event-lines.ts'
import { finishNow } from '../finish-now.ts'
import { tellStack } from '../stack.ts'
import { UsageError } from '../usage-error.ts'
import { beginWalk, undoOnSignals, walkOptions } from './begin-walk.ts'

/** The walk, in a terminal or without one. Nothing of the UI is loaded with --yes. */
export async function runWalk(args: WalkArguments, printer: Printer): Promise<number> {
  const options = await walkOptions(args)
  const terminal = process.stdin.isTTY === true && process.stdout.isTTY === true
  if (!args.yes && !terminal) {
    throw new UsageError('the wizard needs a terminal; --yes takes every recommendation without one')
  }
  return voiced(printer, args.json === true, { command: 'walk', unit: args.unit }, (voice) =>
    walkVoiced(args, options, voice),
  )
}

async function walkVoiced(
  args: WalkArguments,
  options: Omit<WalkOptions, 'host'> & OfUser,
  voice: Voice,
): Promise<number> {
  let walk: Walk | undefined
  const begun = async (attendant?: Attendant): Promise<Walk> => {
    walk = await beginWalk(options, attendant)
    return walk
  }
  const code = args.yes ? await unattended(begun, voice) : await seen(args, begun, () => walk)
  if (args.timings && walk !== undefined) await tellTimings(walk, voice.words)
  if (walk?.bug !== undefined) tellStack(voice.words, walk.bug.error)
  return finishNow(code)
}

async function tellTimings(walk: Walk, printer: Printer): Promise<void> {
  const { timingsTable } = await import('../../session/walk/timings-table.ts')
  for (const line of timingsTable(walk.times())) printer.out(line)
}

type Begun = (attendant?: Attendant) => Promise<Walk>

async function unattended(begun: Begun, { words, tell }: Voice): Promise<number> {
  const [{ Unattended }, events] = await Promise.all([
    import('../../session/walk/unattended.ts'),
    import('../../session/events/walk-events.ts'),
  ])
  const walk = await begun(new Unattended(words))
  undoOnSignals(walk)
  return events.followed(walk, tell)
}

/** Runs the walk in the wizard. If the wizard itself fails, the walk ends and the change on trial is undone. */
async function seen(
  { unit, plain }: WalkArguments,
  begun: Begun,
  walk: () => Walk | undefined,
): Promise<number> {
  const coming = new ComingSession(unit, () => begun())
  undoOnSignals(coming)
  try {
    if (plain || wantsPlain(process.env))
      return await (await import('../../ui/line-mode.ts')).runPlain(coming)
    const { runWizard } = await import('../../ui/wizard.tsx')
    return await runWizard(coming)
  } catch (error) {
    walk()?.fail(error)
    await walk()?.finished
    throw error
  }
}
