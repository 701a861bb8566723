import { STAGES, type Stage } from '../catalog/common/types.ts'
import { ExpectedError } from '../host/errors.ts'
import { LEVELS, type Level } from '../observe/facts.ts'
import type { Rehearse } from '../session/plan/apply-procedure.ts'
import { CALL_WORDS, type CallWord } from '../session/stage/call-words.ts'
import type { WalkOptions } from '../session/walk/context.ts'
import {
  COMMANDS,
  COMMON_OPTIONS,
  type CommandDefinition,
  commandNamed,
  type OptionDefinition,
} from './definition.ts'

/** Not imported: importing node:util loads all of its parts, which takes half of the time of --help. */
const { parseArgs } = process.getBuiltinModule('node:util')

export class UsageError extends ExpectedError {
  override name = 'UsageError'
}

export type Arguments =
  | { command: 'help'; about?: CommandDefinition }
  | { command: 'version' }
  | ({ command: 'status'; unit?: string } & Told)
  | UndoArguments
  | ({ command: CallWord; unit: string } & Told)
  | { command: 'overview' }
  | AuditArguments
  | PlanArguments
  | { command: 'diff'; file: string }
  | ApplyArguments
  | WalkArguments

/** Who is told what happens. */
export interface Told {
  /** A program, by one event a line; absent: a person. */
  json?: true
}

export interface AuditArguments {
  command: 'audit'
  /** As given; empty for all services. */
  units: readonly string[]
  format: 'table' | 'json' | 'sarif'
  /** File that gets the metrics. */
  metrics?: string
  /** Exposure ×10 that no service may exceed. */
  threshold?: number
}

export interface UndoArguments extends Told {
  command: 'undo'
  unit: string
  /** The one stage to take back; all that is kept without it. */
  stage?: Stage
}

export interface PlanArguments {
  command: 'plan'
  /** File that gets the plan; absent: it is printed. */
  output?: string
  /** Of that file. */
  mode: number
  /** As for a walk with a single restart, which is left out. */
  walk: WalkArguments
}

export interface ApplyArguments {
  command: 'apply'
  /** The plan. */
  file: string
  dryRun: boolean
  rehearse: Rehearse
  /** As for a walk; what it is about comes from the plan. */
  walk: WalkArguments
}

export interface WalkArguments extends Omit<WalkOptions, 'host' | 'asked'>, Told {
  command: 'walk'
  yes: boolean
  /** Directives that are left as they are, as given. */
  skip: readonly string[]
  /** DIRECTIVE=VALUE, as given. */
  set: readonly string[]
  /** A table at the end tells where the time went. */
  timings: boolean
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
  const { values, positionals } = parsed(argv)
  const [head, ...rest] = positionals
  const named = commandNamed(head)
  const command: CommandDefinition = named === undefined || named === WALK ? WALK : named
  const about = command === WALK ? {} : { about: command }
  if (values.help) return { command: 'help', ...about }
  if (values.version) return { command: 'version' }
  requireOwnOptions(command, values)
  if (command.name === 'help') return helpAbout(rest)
  if (command.name === 'audit') return auditArguments(rest, values)
  const told = toldBy(values)
  if (command.name === 'status' && rest.length === 0) return { command: 'status', ...told }
  if (head === undefined) return overview(values)
  if (command.name === 'diff') return { command: 'diff', file: onlyFile(head, rest) }
  if (command.name === 'apply') return applyArguments(onlyFile(head, rest), values)
  const unit = onlyUnit(head, command === WALK ? positionals : rest)
  if (command.name === 'status') return { command: 'status', unit, ...told }
  if (command.name === 'undo') return undoArguments(unit, values)
  if (command.name === 'plan') return planArguments(unit, values)
  const call = CALL_WORDS.find((word) => word === command.name)
  if (call !== undefined) return { command: call, unit, ...told }
  return walkArguments(unit, values)
}

const [WALK] = COMMANDS

function helpAbout(words: readonly string[]): Arguments {
  if (words.length > 1) throw new UsageError('help takes one command; see hardenctl --help')
  const [word] = words
  if (word === undefined) return { command: 'help' }
  const about = commandNamed(word)
  if (about === undefined) {
    const names = COMMANDS.map(({ name }) => name).join(', ')
    throw new UsageError(`there is no command ${JSON.stringify(word)}; the commands are ${names}`)
  }
  return { command: 'help', about }
}

function onlyFile(head: string, files: readonly string[]): string {
  const [file] = files
  if (file === undefined || file === '')
    throw new UsageError(`name a plan, for example: sudo hardenctl ${head} apache2.json`)
  if (files.length !== 1) throw new UsageError('one plan at a time; see hardenctl --help')
  return file
}

function onlyUnit(head: string, units: readonly string[]): string {
  if (units.length === 0) throw new UsageError(`name a unit, for example: sudo hardenctl ${head} apache2`)
  if (units.length !== 1) throw new UsageError('one unit at a time; see hardenctl --help')
  return units[0] as string
}

/** An option of another command is refused, since it would be ignored. */
function requireOwnOptions(command: CommandDefinition, values: Values): void {
  const own = new Set(command.options.map(({ name }) => name))
  const foreign = Object.keys(values).find((name) => !own.has(name))
  if (foreign === undefined) return
  const takers = COMMANDS.filter(({ options }) => options.some(({ name }) => name === foreign))
  const taking = takers.map(({ name }) => (name === WALK.name ? 'the walk' : name)).join(' and ')
  const takes = own.size === 0 ? 'no options' : `only ${[...own].map((name) => `--${name}`).join(', ')}`
  throw new UsageError(`--${foreign} is for ${taking}; ${command.name} takes ${takes}`)
}

/** No unit: an option of the walk would be ignored. */
function overview(values: Values): Arguments {
  const [option] = Object.keys(values)
  if (option !== undefined)
    throw new UsageError(`--${option} needs a unit, for example: sudo hardenctl apache2 --${option}`)
  return { command: 'overview' }
}

function auditArguments(units: readonly string[], values: Values): AuditArguments {
  if (values.json && values.sarif) throw new UsageError('--json and --sarif both print: give one of them')
  const metrics = textOf(values, 'metrics')
  if (metrics === '') throw new UsageError('--metrics takes the path of a file')
  const threshold = textOf(values, 'threshold')
  if (threshold !== undefined && (!/^\d+$/.test(threshold) || Number(threshold) > 100))
    throw new UsageError('--threshold takes 0 to 100; 50 is an exposure of 5.0')
  return {
    command: 'audit',
    units,
    format: values.json ? 'json' : values.sarif ? 'sarif' : 'table',
    ...(metrics === undefined ? {} : { metrics }),
    ...(threshold === undefined ? {} : { threshold: Number(threshold) }),
  }
}

function toldBy({ json }: Values): Told {
  return json === true ? { json } : {}
}

function undoArguments(unit: string, values: Values): UndoArguments {
  const name = textOf(values, 'stage')
  if (name === undefined) return { command: 'undo', unit, ...toldBy(values) }
  const stage = STAGES.find((one) => one === name)
  if (stage === undefined)
    throw new UsageError(`--stage takes one of ${STAGES.join(', ')}, not ${JSON.stringify(name)}`)
  return { command: 'undo', unit, stage, ...toldBy(values) }
}

function planArguments(unit: string, values: Values): PlanArguments {
  const output = textOf(values, 'output')
  if (output === '') throw new UsageError('--output takes the path of a file')
  if (values.json && output === undefined)
    throw new UsageError('--json needs --output: both would print on standard output')
  const mode = textOf(values, 'mode') ?? '600'
  if (!/^0?[0-7]{3}$/.test(mode)) throw new UsageError('--mode takes an octal mode, for example 0640')
  return {
    command: 'plan',
    ...(output === undefined ? {} : { output }),
    mode: Number.parseInt(mode, 8),
    walk: { ...walkArguments(unit, { ...values, yes: true }), once: true },
  }
}

function applyArguments(file: string, values: Values): ApplyArguments {
  if (values.rehearse && values['no-rehearsal'])
    throw new UsageError('--rehearse and --no-rehearsal exclude each other: give one of them')
  return {
    command: 'apply',
    file,
    dryRun: values['dry-run'] === true,
    rehearse: values.rehearse ? 'always' : values['no-rehearsal'] ? 'never' : 'where possible',
    walk: walkArguments('', values['dry-run'] ? { ...values, yes: true } : values),
  }
}

function walkArguments(unit: string, values: Values): WalkArguments {
  if (values.once && values['no-rehearsal']) {
    throw new UsageError('--once needs the rehearsal: do not combine it with --no-rehearsal')
  }
  const live = textOf(values, 'learn-live')
  if (values.once && live !== undefined) {
    throw new UsageError(
      '--learn-live restarts the live service more than once: do not combine it with --once',
    )
  }
  if (values.json && values.yes !== true)
    throw new UsageError('--json needs --yes: the wizard draws on the terminal, where events would be lost')
  const stages = stagesOf(textOf(values, 'stages'))
  if (live !== undefined && !stages.includes('syscalls')) {
    throw new UsageError('--learn-live is for the stage syscalls, which --stages leaves out')
  }
  const keep = textOf(values, 'keep-seconds') ?? DEFAULT_KEEP_SECONDS
  const watch = textOf(values, 'watch-seconds') ?? DEFAULT_WATCH_SECONDS
  const account = textOf(values, 'exercise-as')
  return {
    command: 'walk',
    unit,
    yes: values.yes === true,
    ...toldBy(values),
    timings: values.timings === true,
    checks: textsOf(values, 'check'),
    exercises: textsOf(values, 'exercise'),
    skip: textsOf(values, 'skip'),
    set: textsOf(values, 'set'),
    saveChecks: values['save-checks'] === true,
    keepSeconds: secondsOf('--keep-seconds', keep, 10, 600),
    watchSeconds: secondsOf('--watch-seconds', watch, 1, 3600),
    stages,
    level: levelOf(textOf(values, 'level')),
    rehearse: values['no-rehearsal'] !== true,
    once: values.once === true,
    runOnce: values['run-once'] === true,
    ...(live === undefined ? {} : { learnLive: secondsOf('--learn-live', live, 10, 3600) }),
    exactCalls: exactCalls(textOf(values, 'syscalls')),
    ...(account === undefined ? {} : { exerciseAs: account }),
  }
}

type Value = string | boolean | (string | boolean)[]
type Values = Record<string, Value | undefined>

function textOf(values: Values, name: OptionName): string | undefined {
  const value = values[name]
  return typeof value === 'string' ? value : undefined
}

function textsOf(values: Values, name: OptionName): string[] {
  const value = values[name]
  return Array.isArray(value) ? value.filter((text) => typeof text === 'string') : []
}

type OptionName = (typeof COMMANDS)[number]['options'][number]['name']

/** Throws UsageError for an option that no command has, or one without its value. */
function parsed(argv: readonly string[]): { values: Values; positionals: string[] } {
  const all: readonly OptionDefinition[] = [
    ...COMMON_OPTIONS,
    ...COMMANDS.flatMap((command): readonly OptionDefinition[] => command.options),
  ]
  const options = Object.fromEntries(
    all.map(({ name, short, value, isRepeatable }) => [
      name,
      {
        type: value === undefined ? ('boolean' as const) : ('string' as const),
        multiple: isRepeatable === true,
        ...(short === undefined ? {} : { short }),
      },
    ]),
  )
  try {
    return parseArgs({ args: [...argv], allowPositionals: true, options })
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('.')[0]}; see hardenctl --help`)
  }
}
