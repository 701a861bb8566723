import type { Groups, Kind } from './settings-kinds.ts'
import {
  ALL_CAPABILITIES,
  ALL_NAMESPACES,
  addressRanges,
  booleanWord,
  errnoName,
  errnoNumber,
  octal,
  plainBind,
  plainBinding,
  plainDevice,
  plainPath,
  words,
} from './settings-values.ts'

interface MergeContext {
  groups: Groups
  /** An earlier line has set this key since it was last reset: a list that is empty again is not unset. */
  touched: boolean
}

/** The values of one property as shown, normalised. */
export function reading(kind: Kind, values: readonly string[]): readonly string[] {
  const text = values.join(' ').trim()
  switch (kind) {
    case 'boolean':
      return text === '' ? [] : [booleanWord(text)]
    case 'word':
    case 'errno':
      return text === '' ? [] : [text]
    case 'octal':
      return text === '' ? [] : [octal(text)]
    case 'capabilities':
      return words(text.toLowerCase())
    case 'syscalls':
    case 'syscall-log':
    case 'families':
    case 'file-systems':
      return text.startsWith('~') ? ['~', ...words(text.slice(1))] : words(text)
    case 'namespaces':
      return namespacesFromShow(text)
    case 'devices':
      return values.filter(Boolean).map(plainDevice)
    case 'binding':
      return values.filter(Boolean).map(plainBinding)
    case 'exec':
      return values.filter(Boolean)
    default:
      return listed(kind, text)
  }
}

function namespacesFromShow(text: string): readonly string[] {
  if (text === 'no' || text === '') return ALL_NAMESPACES
  return text === 'yes' ? [] : words(text)
}

/** The value of a setting after one more line of it. */
export function mergeLine(
  kind: Kind,
  key: string,
  current: readonly string[] | undefined,
  value: string,
  context: MergeContext,
): readonly string[] {
  switch (kind) {
    case 'boolean':
    case 'word':
    case 'octal':
      return reading(kind, [value])
    case 'errno':
      return [errnoNumber(value)]
    case 'capabilities':
      return mergeCapabilities(key, current ?? [], value)
    case 'syscalls':
    case 'syscall-log':
    case 'families':
    case 'file-systems':
      return mergeFilter(kind, current ?? ['~'], value, context)
    case 'namespaces':
      return mergeNamespaces(current ?? ALL_NAMESPACES, value, context.touched)
    default:
      return value.trim() === '' ? [] : [...new Set([...(current ?? []), ...listed(kind, value)])]
  }
}

function listed(kind: Kind, text: string): string[] {
  switch (kind) {
    case 'paths':
      return words(text).map(plainPath)
    case 'binds':
      return words(text).map(plainBind)
    case 'addresses':
      return words(text).flatMap(addressRanges)
    case 'devices':
      return [plainDevice(text)]
    case 'binding':
      return words(text).map(plainBinding)
    case 'exec':
      return [text]
    default:
      return words(text)
  }
}

/**
 * config_parse_capability_set(): nothing empties, "~" alone fills; the first list after the untouched set
 * replaces it; after that a plain list adds and an inverted one takes away.
 */
function mergeCapabilities(key: string, current: readonly string[], value: string): readonly string[] {
  const inverted = value.startsWith('~')
  const named = words(value.replace(/^~/, '').toLowerCase())
  const initial = key === 'CapabilityBoundingSet' ? ALL_CAPABILITIES : []
  const untouched = initial.length === current.length && initial.every((name) => current.includes(name))
  if (inverted) {
    const base = named.length === 0 || untouched ? ALL_CAPABILITIES : current
    return base.filter((name) => !named.includes(name))
  }
  return named.length === 0 || untouched ? named : [...new Set([...current, ...named])]
}

/**
 * config_parse_syscall_filter(), config_parse_address_families() and their like: the first line decides
 * whether the list allows or denies, later lines add to it or take from it. An allow-list of system calls
 * holds @default without being asked; a call with an error number is not added to it, and stays if it was there.
 */
function mergeFilter(
  kind: Kind,
  current: readonly string[],
  value: string,
  { groups, touched }: MergeContext,
): readonly string[] {
  const trimmed = value.trim()
  if (trimmed === '') return ['~']
  if (kind === 'families' && trimmed === 'none') return []
  const inverted = trimmed.startsWith('~')
  const unset = !touched && current.length === 1 && current[0] === '~'
  const denies = unset ? inverted : current[0] === '~'
  const list = new Map<string, string>()
  if (!unset) for (const entry of current) if (entry !== '~') list.set(entry.split(':')[0] ?? '', entry)
  if (unset && !denies && kind === 'syscalls')
    for (const name of groups['@default'] ?? []) list.set(name, name)
  for (const word of words(trimmed.replace(/^~/, ''))) {
    const [name = '', errno] = word.split(/:(.*)/s)
    for (const member of membersOf(name, groups)) {
      if (inverted !== denies) list.delete(member)
      else if (errno === undefined) list.set(member, member)
      else if (denies) list.set(member, `${member}:${errnoName(errno)}`)
    }
  }
  return denies ? ['~', ...list.values()] : [...list.values()]
}

/** A group that this systemd does not know stays by name: its line is ignored, and so it never shows. */
function membersOf(name: string, groups: Groups): readonly string[] {
  return (Object.hasOwn(groups, name) && groups[name]) || [name]
}

/** config_parse_restrict_namespaces(): from unset a plain list allows just itself, "~" all but itself. */
function mergeNamespaces(current: readonly string[], value: string, touched: boolean): readonly string[] {
  const trimmed = value.trim()
  if (trimmed === '') return ALL_NAMESPACES
  const flag = booleanWord(trimmed)
  if (flag === 'yes') return []
  if (flag === 'no') return ALL_NAMESPACES
  const named = words(trimmed.replace(/^~/, ''))
  if (trimmed.startsWith('~')) return current.filter((name) => !named.includes(name))
  const unset = !touched && current.length === ALL_NAMESPACES.length
  return unset ? named : [...new Set([...current, ...named])]
}
