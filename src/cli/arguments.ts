import { STAGES, type Stage } from '../catalog/common/types.ts'
import { ExpectedError } from '../host/errors.ts'
import { LEVELS, type Level } from '../observe/facts.ts'
import type { WalkOptions } from '../session/walk/context.ts'

/** Not imported: importing node:util loads all of its parts, which takes half of the time of --help. */
const { parseArgs } = process.getBuiltinModule('node:util')

export class UsageError extends ExpectedError {
  override name = 'UsageError'
}

export const USAGE = `hardenctl hardens one systemd service, stage by stage, and rolls back by itself if it breaks.

  sudo hardenctl UNIT            the wizard, for example: sudo hardenctl apache2
  sudo hardenctl UNIT --yes      the same walk without a terminal; takes every recommendation
  sudo hardenctl status UNIT     what is kept, since when, and whether it is in force
  sudo hardenctl undo UNIT       restores everything as before the first change

  --check CHECK      one more check that decides health, repeatable:
                     a URL, tcp:HOST:PORT, unix:/PATH, or a command (run without root)
  --exercise CMD     a command that uses the service, repeatable: runs in the clones and live,
                     beside the checks, so that the proof covers it (at most 30 s, without root);
                     exit=CODE before it names the exit code that means success
  --exercise-as USER run the exercises as this account, with its groups, and let sudo or setgid helpers
                     work; as root only by that word. as=USER before one exercise is for that one
  --stages LIST      only these stages, for example filesystem,system; the stages are
                     ${STAGES.join(', ')}
  --once             rehearse all stages in a clone, then restart the live service a single time
  --learn-live N     before the system calls, learn for N seconds (10 to 3600) from real traffic:
                     the live service restarts at the beginning and at the end
  --no-rehearsal     try each stage on the live service only, without a clone of the host first
  --level LEVEL      how much evidence a row needs to be ticked: careful, standard (default) or tight.
                     standard leaves a row that denies what configuration or programs make possible;
                     careful also counts calls that programs import; tight counts only what was seen
  --syscalls WAY     groups (default: with a margin for rare calls) or exact (only the calls seen)
  --keep-seconds N   seconds to answer "Keep?", 10 to 600; default 30
  --watch-seconds N  seconds to watch the service at the end of the walk, 1 to 3600; default 12
  --help, --version
`

export type Arguments =
  | { command: 'help' }
  | { command: 'version' }
  | { command: 'status'; unit: string }
  | { command: 'undo'; unit: string }
  | WalkArguments

export interface WalkArguments extends Omit<WalkOptions, 'host'> {
  command: 'walk'
  yes: boolean
  /** The account that exercises run as which name none. */
  exerciseAs?: string
}

const DEFAULT_KEEP_SECONDS = '30'
const DEFAULT_WATCH_SECONDS = '12'

function secondsOf(option: string, text: string, least: number, most: number): number {
  const seconds = Number(text)
  if (!/^\d+$/.test(text) || seconds < least || seconds > most)
    throw new UsageError(`${option} takes ${least} to ${most}`)
  return seconds
}

function stagesOf(text: string | undefined): readonly Stage[] {
  if (text === undefined) return STAGES
  const names = text.split(',').map((name) => name.trim())
  const unknown = names.find((name) => !(STAGES as readonly string[]).includes(name))
  if (unknown !== undefined)
    throw new UsageError(`--stages takes names from ${STAGES.join(', ')}, not ${JSON.stringify(unknown)}`)
  return STAGES.filter((stage) => names.includes(stage))
}

function exactCalls(text: string | undefined): boolean {
  if (text !== undefined && text !== 'groups' && text !== 'exact')
    throw new UsageError('--syscalls takes groups or exact')
  return text === 'exact'
}

function levelOf(text: string | undefined): Level {
  const level = LEVELS.find((one) => one === (text ?? 'standard'))
  if (level === undefined) throw new UsageError(`--level takes ${LEVELS.join(', ')}`)
  return level
}

/** Parses the command line. Throws UsageError with one line. */
export function parseArguments(argv: readonly string[]): Arguments {
  let parsed: ReturnType<typeof parseOptions>
  try {
    parsed = parseOptions(argv)
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('.')[0]}; see hardenctl --help`)
  }
  const { values, positionals } = parsed
  if (values.help) return { command: 'help' }
  if (values.version) return { command: 'version' }
  const [head, ...rest] = positionals
  if (head === undefined) throw new UsageError('name a unit, for example: sudo hardenctl apache2')
  const verb = head === 'status' || head === 'undo' ? head : undefined
  const units = verb === undefined ? positionals : rest
  if (units.length === 0) throw new UsageError(`name a unit, for example: sudo hardenctl ${head} apache2`)
  if (units.length !== 1) throw new UsageError('one unit at a time; see hardenctl --help')
  const unit = units[0] as string
  if (verb !== undefined) {
    const [option] = Object.keys(values)
    if (option !== undefined) throw new UsageError(`--${option} is for the walk; ${verb} takes no options`)
    return { command: verb, unit }
  }
  if (values.once && values['no-rehearsal']) {
    throw new UsageError('--once needs the rehearsal: do not combine it with --no-rehearsal')
  }
  const live = values['learn-live']
  if (values.once && live !== undefined) {
    throw new UsageError(
      '--learn-live restarts the live service more than once: do not combine it with --once',
    )
  }
  const stages = stagesOf(values.stages)
  if (live !== undefined && !stages.includes('syscalls')) {
    throw new UsageError('--learn-live is for the stage syscalls, which --stages leaves out')
  }
  return {
    command: 'walk',
    unit,
    yes: values.yes === true,
    checks: values.check ?? [],
    exercises: values.exercise ?? [],
    keepSeconds: secondsOf('--keep-seconds', values['keep-seconds'] ?? DEFAULT_KEEP_SECONDS, 10, 600),
    watchSeconds: secondsOf('--watch-seconds', values['watch-seconds'] ?? DEFAULT_WATCH_SECONDS, 1, 3600),
    stages,
    level: levelOf(values.level),
    rehearse: values['no-rehearsal'] !== true,
    once: values.once === true,
    ...(live === undefined ? {} : { learnLive: secondsOf('--learn-live', live, 10, 3600) }),
    exactCalls: exactCalls(values.syscalls),
    ...(values['exercise-as'] === undefined ? {} : { exerciseAs: values['exercise-as'] }),
  }
}

function parseOptions(argv: readonly string[]) {
  return parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean' },
      yes: { type: 'boolean', short: 'y' },
      check: { type: 'string', multiple: true },
      exercise: { type: 'string', multiple: true },
      'exercise-as': { type: 'string' },
      'keep-seconds': { type: 'string' },
      'watch-seconds': { type: 'string' },
      stages: { type: 'string' },
      level: { type: 'string' },
      'no-rehearsal': { type: 'boolean' },
      once: { type: 'boolean' },
      'learn-live': { type: 'string' },
      syscalls: { type: 'string' },
    },
  })
}
