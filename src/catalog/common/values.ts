import { constants } from 'node:os'
import { ALL_CAPABILITIES, ALL_NAMESPACES, booleanWord } from '../../systemd/settings/settings-values.ts'

/** The values that a setting takes: one word, or a list of words with blanks between them. */
export interface Values {
  /** In a few words, for a person who gave another: "yes, no or strict". */
  called: string
  takes(word: string): boolean
  /** 'inverted': "~" before the list stands for all but these. */
  list?: 'plain' | 'inverted'
}

function either(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}

/** One of these words; systemd's other words for yes and no are taken too. */
export function oneOf(...words: readonly string[]): Values {
  return { called: either(words), takes: (word) => words.includes(booleanWord(word)) }
}

export const YES_NO = oneOf('yes', 'no')

function matching(called: string, pattern: RegExp, kind?: Values['list']): Values {
  return { called, takes: (word) => pattern.test(word), ...(kind === undefined ? {} : { list: kind }) }
}

const CAPABILITY_NAMES = new Set(ALL_CAPABILITIES.map((name) => name.toUpperCase()))
export const CAPABILITY_LIST: Values = {
  called: 'names of capabilities such as CAP_NET_BIND_SERVICE',
  takes: (word) => CAPABILITY_NAMES.has(word),
  list: 'inverted',
}
export const NAMESPACE_LIST: Values = {
  called: `yes, no, or names from ${ALL_NAMESPACES.join(' ')}`,
  takes: (word) => ['yes', 'no', ...ALL_NAMESPACES].includes(word),
  list: 'inverted',
}
export const ACCOUNT = matching('the name of an account', /^[a-z_][a-z0-9_-]{0,30}$/i)
export const MODE_MASK = matching('an octal mask such as 0027', /^0?[0-7]{3}$/)
/** systemd.exec(5): "-" allows the path to be missing, "+" begins at the service's own root. */
export const PATH_LIST = matching('absolute paths', /^-?\+?\/(?:[^\s"'\\%]|\\[\s"'\\]|%%)*$/, 'plain')
export const ADDRESS_LIST = matching(
  'any, localhost, link-local, multicast, or addresses such as 10.0.0.0/8',
  /^(?:any|localhost|link-local|multicast|(?:\d{1,3}\.){3}\d{1,3}(?:\/\d{1,2})?|[0-9a-f]*:[0-9a-f:]+(?:\/\d{1,3})?)$/i,
  'plain',
)
export const ARCHITECTURE_LIST = matching('native or names such as x86-64', /^[a-z0-9][a-z0-9-]*$/, 'plain')
export const FAMILY_LIST = matching('none, or names such as AF_INET', /^(?:none|AF_[A-Z0-9]+)$/, 'inverted')
/** An unknown name is found when systemd has read it: only it knows all calls of this kernel. */
export const CALL_LIST = matching(
  'system calls and groups such as @system-service',
  /^@?[a-z0-9_-]+$/,
  'inverted',
)
/** The same with an error that a call fails with: systemd.exec(5), SystemCallFilter=. */
export const CALLS_WITH_ERRORS = matching(
  'system calls and groups, each with :ERROR if it is to fail',
  /^@?[a-z0-9_-]+(?::(?:kill|E[A-Z0-9]+))?$/,
  'inverted',
)
export const ERROR_NAME: Values = {
  called: 'the name of an error such as EPERM, or kill',
  takes: (word) => word === 'kill' || Object.hasOwn(constants.errno, word),
}

/** The words of a list; a blank after a backslash is part of a path. */
export function wordsOf(value: string): string[] {
  return value.split(/(?<!\\)\s+/).filter(Boolean)
}

/** Whether the setting takes the value; an empty list empties it. */
export function takesValue({ takes, list: kind }: Values, value: string): boolean {
  if (/[\r\n\0]/.test(value)) return false
  if (kind === undefined) return takes(value)
  return wordsOf(kind === 'inverted' ? value.replace(/^~/, '') : value).every(takes)
}
