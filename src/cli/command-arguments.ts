import { STAGES, type Stage } from '../catalog/common/types.ts'
import { LEVELS, type Level } from '../observe/facts.ts'
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
import { textOf, textsOf, type Values } from './option-values.ts'
import { UsageError } from './usage-error.ts'

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

export function auditArguments(units: readonly string[], values: Values): AuditArguments {
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

export function toldBy({ json }: Values): Told {
  return json === true ? { json } : {}
}

export function ofUser({ user }: Values): OfUser {
  return user === true ? { user } : {}
}

export function undoArguments(unit: string, values: Values): UndoArguments {
  const name = textOf(values, 'stage')
  const how = { ...toldBy(values), ...ofUser(values) }
  if (name === undefined) return { command: 'undo', unit, ...how }
  const stage = STAGES.find((one) => one === name)
  if (stage === undefined)
    throw new UsageError(`--stage takes one of ${STAGES.join(', ')}, not ${JSON.stringify(name)}`)
  return { command: 'undo', unit, stage, ...how }
}

function outputOf(values: Values): { output?: string } {
  const output = textOf(values, 'output')
  if (output === '') throw new UsageError('--output takes the path of a file')
  return output === undefined ? {} : { output }
}

function modeOf(values: Values, usual: number): number {
  const mode = textOf(values, 'mode')
  if (mode === undefined) return usual
  if (!/^0?[0-7]{3}$/.test(mode)) throw new UsageError('--mode takes an octal mode, for example 0640')
  return Number.parseInt(mode, 8)
}

function isPlanName(name: string): boolean {
  return name.includes('/') || name.endsWith('.json')
}

export function upstreamArguments(names: readonly string[], values: Values): UpstreamArguments {
  if (values['drop-in'] !== undefined || values.report !== undefined || values.ansible !== undefined)
    throw new UsageError(ONE_FORM)
  if (names.length === 0 || names.includes(''))
    throw new UsageError('name a plan, for example: sudo hardenctl export apache2.json --upstream')
  const unit = names.find((name) => !isPlanName(name))
  if (unit !== undefined && names.length > 1)
    throw new UsageError(`--upstream takes plans, or one unit alone: ${unit} is no file of a plan`)
  const of = unit === undefined ? { files: names } : { unit }
  return { command: 'upstream', of, ...outputOf(values), mode: modeOf(values, 0o644) }
}

const ONE_FORM =
  'export takes one of --drop-in, --report OUT, --ansible DIR and --upstream; see hardenctl help export'

export function exportArguments(name: string, values: Values): ExportArguments {
  const [report, folder] = [textOf(values, 'report'), textOf(values, 'ansible')]
  const forms = [values['drop-in'] === true, report !== undefined, folder !== undefined]
  if (forms.filter(Boolean).length !== 1) throw new UsageError(ONE_FORM)
  const isFile = isPlanName(name)
  const of = isFile ? { file: name } : { unit: name }
  const output = report ?? folder
  if (output === undefined)
    return { command: 'export', of, form: 'drop-in', ...outputOf(values), mode: modeOf(values, 0o644) }
  const form = report === undefined ? 'ansible' : reportForm(report)
  const option = report === undefined ? '--ansible' : '--report'
  if (output === '') throw new UsageError(`${option} takes a path`)
  if (!isFile && form !== 'ansible')
    throw new UsageError(`--report needs the file of a plan: hardenctl plan ${name} -o ${name}.json`)
  if (outputOf(values).output !== undefined)
    throw new UsageError(`${option} names where it writes: do not combine it with --output`)
  return { command: 'export', of, form, output, mode: modeOf(values, 0o600) }
}

function reportForm(path: string): 'html' | 'md' {
  if (path.endsWith('.html')) return 'html'
  if (path.endsWith('.md')) return 'md'
  throw new UsageError('--report takes the path of a file that ends with .html or .md')
}

export function mergeArguments(files: readonly string[], values: Values): MergeArguments {
  if (files.length < 2 || files.includes(''))
    throw new UsageError('name two plans or more: sudo hardenctl merge one.json two.json -o all.json')
  requireOutputForEvents(values)
  return { command: 'merge', files, ...outputOf(values), mode: modeOf(values, 0o600), ...toldBy(values) }
}

export function tryArguments([file, unit, ...more]: readonly string[], values: Values): TryArguments {
  if (!file || !unit || more.length > 0)
    throw new UsageError('name a drop-in and a unit, for example: sudo hardenctl try hardening.conf apache2')
  return {
    command: 'try',
    file,
    ...outputOf(values),
    mode: modeOf(values, 0o600),
    walk: { ...walkArguments(unit, { ...values, yes: true }), once: true },
  }
}

/** Both print on standard output. */
function requireOutputForEvents(values: Values): void {
  if (values.json && outputOf(values).output === undefined)
    throw new UsageError('--json needs --output: both would print on standard output')
}

export function planArguments(unit: string, values: Values): PlanArguments {
  requireOutputForEvents(values)
  return {
    command: 'plan',
    ...outputOf(values),
    mode: modeOf(values, 0o600),
    walk: { ...walkArguments(unit, { ...values, yes: true }), once: true },
  }
}

export function applyArguments(file: string, values: Values): ApplyArguments {
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

export function walkArguments(unit: string, values: Values): WalkArguments {
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
    ...ofUser(values),
    timings: values.timings === true,
    plain: values.plain === true,
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
