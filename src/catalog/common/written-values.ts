import type { Assignment, Directive } from './types.ts'
import { takesValue, type Values } from './values.ts'

function valuesOf({ key, takes, writes = {} }: Directive, wanted: string): Values | 'own lines' | undefined {
  return (Object.hasOwn(writes, wanted) ? writes[wanted] : undefined) ?? (wanted === key ? takes : undefined)
}

/** Why this is no line that the directive could have written; undefined if it is one. */
export function foreignLine(directive: Directive, { section, key, value }: Assignment): string | undefined {
  const values = valuesOf(directive, key)
  if (values === undefined) return `${key}= is no setting that ${directive.key} writes`
  if (section === 'Unit' && values !== 'own lines') return `${key}= is no setting of [Unit]`
  if (values === 'own lines' || value === '' || takesValue(values, value)) return undefined
  return `${key}= takes ${values.called}, not ${JSON.stringify(value.slice(0, 60))}`
}

/** Whether only the lines of this host's own proposal count for the setting. */
export function isOwnLinesOnly(directive: Directive, key: string): boolean {
  return valuesOf(directive, key) === 'own lines'
}
