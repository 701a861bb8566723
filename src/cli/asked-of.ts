import type { Asked } from '../catalog/common/asked.ts'
import type { Directive, Stage } from '../catalog/common/types.ts'
import { takesValue } from '../catalog/common/values.ts'
import { CATALOG } from '../catalog/index.ts'
import type { WalkArguments } from './argument-types.ts'
import { UsageError } from './usage-error.ts'

const SHOWN_NAMES = 3

function sharedStart(one: string, other: string): number {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()]
  let length = 0
  while (length < a.length && a[length] === b[length]) length += 1
  return length
}

/** Names that begin most like this one; where none does, those that contain it. */
function nearest(name: string): string[] {
  const close = CATALOG.map(({ key }) => ({ key, score: sharedStart(key, name) }))
    .filter(({ score }) => score >= 3)
    .sort((a, b) => b.score - a.score)
    .map(({ key }) => key)
  const holding = CATALOG.flatMap(({ key }) => (key.toLowerCase().includes(name.toLowerCase()) ? [key] : []))
  return [...new Set([...close, ...holding])].slice(0, SHOWN_NAMES)
}

function directiveOf(option: string, name: string): Directive {
  const found = CATALOG.find(({ key }) => key === name)
  if (found !== undefined) return found
  const names = name === '' ? [] : nearest(name)
  const hint = names.length === 0 ? `${CATALOG[0]?.key} is one` : `the nearest are ${names.join(', ')}`
  throw new UsageError(`${option}: hardenctl sets no directive ${JSON.stringify(name)}; ${hint}`)
}

function requireWalked(option: string, { key, stage }: Directive, stages: readonly Stage[]): void {
  if (!stages.includes(stage))
    throw new UsageError(`${option}: ${key} is of the stage ${stage}, which --stages leaves out`)
}

/** DIRECTIVE=VALUE; the first = divides them. */
function settingOf(text: string): { directive: Directive; value: string } {
  const at = text.indexOf('=')
  if (at < 0) throw new UsageError(`--set takes DIRECTIVE=VALUE, not ${JSON.stringify(text)}`)
  const directive = directiveOf('--set', text.slice(0, at))
  const value = text.slice(at + 1).trim()
  const { key, takes } = directive
  if (!takesValue(takes, value))
    throw new UsageError(`--set: ${key} takes ${takes.called}, not ${JSON.stringify(value)}`)
  return { directive, value }
}

/** What is asked of single rows, held against the catalog. Throws UsageError with one line. */
export function askedOf({ skip, set, stages }: Pick<WalkArguments, 'skip' | 'set' | 'stages'>): Asked {
  const skipped = skip.map((name) => directiveOf('--skip', name))
  for (const directive of skipped) requireWalked('--skip', directive, stages)
  const wanted = set.map(settingOf)
  for (const { directive } of wanted) requireWalked('--set', directive, stages)
  const keys = [...new Set(skipped), ...wanted.map(({ directive }) => directive)].map(({ key }) => key)
  const twice = keys.find((key, at) => keys.indexOf(key) !== at)
  if (twice !== undefined)
    throw new UsageError(`--skip and --set name ${twice} more than once: give one of them`)
  return {
    skip: [...new Set(skipped.map(({ key }) => key))],
    set: wanted.map(({ directive, value }) => ({ key: directive.key, value })),
  }
}
