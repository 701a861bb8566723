import { enumerated } from '../host/enumerated.ts'
import { CALL_WORDS, type CallWord } from '../session/stage/call-words.ts'
import type {
  ApplyArguments,
  AuditArguments,
  ExportArguments,
  MergeArguments,
  OfUser,
  PlanArguments,
  Told,
  TryArguments,
  UndoArguments,
  UpstreamArguments,
  WalkArguments,
} from './argument-types.ts'
import {
  applyArguments,
  auditArguments,
  exportArguments,
  mergeArguments,
  ofUser,
  planArguments,
  toldBy,
  tryArguments,
  undoArguments,
  upstreamArguments,
  walkArguments,
} from './command-arguments.ts'
import { COMMANDS, type CommandDefinition, commandNamed } from './definition.ts'
import { parsed, type Values } from './option-values.ts'
import { UsageError } from './usage-error.ts'

export type Arguments =
  | { command: 'help'; about?: CommandDefinition }
  | { command: 'version' }
  | ({ command: 'status'; unit?: string } & Told & OfUser)
  | UndoArguments
  | ({ command: CallWord; unit: string } & Told & OfUser)
  | { command: 'overview'; plain: boolean }
  | AuditArguments
  | PlanArguments
  | ({ command: 'diff'; file: string } & Told)
  | ApplyArguments
  | MergeArguments
  | TryArguments
  | ExportArguments
  | UpstreamArguments
  | WalkArguments

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
  if (command.name === 'status' && rest.length === 0) return { command: 'status', ...told, ...ofUser(values) }
  if (head === undefined) return overview(values)
  if (command.name === 'diff') return { command: 'diff', file: onlyFile(head, rest), ...told }
  if (command.name === 'try') return tryArguments(rest, values)
  if (command.name === 'merge') return mergeArguments(rest, values)
  if (command.name === 'apply') return applyArguments(onlyFile(head, rest), values)
  if (command.name === 'export' && values.upstream) return upstreamArguments(rest, values)
  if (command.name === 'export') return exportArguments(onlyFile(head, rest), values)
  const unit = onlyUnit(head, command === WALK ? positionals : rest)
  if (command.name === 'status') return { command: 'status', unit, ...told, ...ofUser(values) }
  if (command.name === 'undo') return undoArguments(unit, values)
  if (command.name === 'plan') return planArguments(unit, values)
  const call = CALL_WORDS.find((word) => word === command.name)
  if (call !== undefined) return { command: call, unit, ...told, ...ofUser(values) }
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
  const taking = enumerated(takers.map(({ name }) => (name === WALK.name ? 'the walk' : name)))
  const takes = own.size === 0 ? 'no options' : `only ${[...own].map((name) => `--${name}`).join(', ')}`
  throw new UsageError(`--${foreign} is for ${taking}; ${command.name} takes ${takes}`)
}

function exampleWith(option: string): string {
  return option === 'user' ? 'hardenctl --user my-app' : `sudo hardenctl apache2 --${option}`
}

/** No unit: another option of the walk would be ignored. */
function overview(values: Values): Arguments {
  const option = Object.keys(values).find((name) => name !== 'plain')
  if (option !== undefined)
    throw new UsageError(`--${option} needs a unit, for example: ${exampleWith(option)}`)
  return { command: 'overview', plain: values.plain === true }
}
