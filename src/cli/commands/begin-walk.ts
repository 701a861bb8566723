import type { Asked } from '../../catalog/common/asked.ts'
import type { WalkOptions } from '../../session/walk/context.ts'
import type { Procedure } from '../../session/walk/procedure.ts'
import type { Session } from '../../session/walk/state.ts'
import type { Attendant, Walk } from '../../session/walk/walk.ts'
import { accountName, CheckError, exerciseAs, parseCheck, parseExercise } from '../../trial/health/check.ts'
import type { OfUser, WalkArguments } from '../argument-types.ts'
import { UsageError } from '../usage-error.ts'

function requireParsed(option: string, texts: readonly string[], parse: (text: string) => unknown): void {
  try {
    for (const text of texts) parse(text)
  } catch (error) {
    if (error instanceof CheckError) throw new UsageError(`${option}: ${error.message}`)
    throw error
  }
}

/** Only a directive that is named needs the catalog, which is large and would hold up the first frame. */
async function askedBy(wanted: Pick<WalkArguments, 'skip' | 'set' | 'stages'>): Promise<Asked> {
  if (wanted.skip.length + wanted.set.length === 0) return { skip: [], set: [] }
  return (await import('../asked-of.ts')).askedOf(wanted)
}

/** The command line as options of a walk. Throws UsageError for one that is wrong. */
export async function walkOptions(args: WalkArguments): Promise<Omit<WalkOptions, 'host'> & OfUser> {
  requireParsed('--check', args.checks, parseCheck)
  requireParsed('--exercise', args.exercises, parseExercise)
  requireParsed('--exercise-as', args.exerciseAs === undefined ? [] : [args.exerciseAs], accountName)
  const {
    command: _,
    yes,
    timings: __,
    exerciseAs: account,
    skip,
    set,
    json: ___,
    plain: ____,
    ...given
  } = args
  return {
    ...given,
    asked: await askedBy({ skip, set, stages: given.stages }),
    keepSeconds: yes ? 0 : given.keepSeconds,
    exercises:
      account === undefined ? given.exercises : given.exercises.map((text) => exerciseAs(text, account)),
  }
}

/** A closed line or a kill must not end the process before what was on trial is undone. */
export function undoOnSignals(walk: Session): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => walk.send({ do: 'interrupt' }))
  }
  process.on('SIGHUP', () => walk.send({ do: 'hang-up' }))
  process.stdin.on('error', () => undefined)
}

/** Node would end the process at once, and leave the undo to the timer. */
function endOnBugs(walk: Walk): void {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error) => walk.fail(error))
  }
}

export async function beginWalk(
  options: Omit<WalkOptions, 'host'> & OfUser,
  attendant?: Attendant,
  procedure?: Procedure,
): Promise<Walk> {
  // Loaded late, since the first frame needs neither.
  const [{ hostOf }, session] = await Promise.all([
    import('../host-of.ts'),
    import('../../session/walk/walk.ts'),
  ])
  const walk = new session.Walk({ host: await hostOf(options), ...options }, attendant, procedure)
  endOnBugs(walk)
  return walk
}
