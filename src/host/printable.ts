/*
 * Journal lines, paths, answers of services: most strings on the screen were written by somebody else, and a
 * terminal obeys what it is sent. Everything passes here once, before any component sees it.
 */

const ESCAPES =
  /\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|[ -/]*[0-~])|\x9b[0-?]*[ -/]*[@-~]/g
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g
/** Marks that reorder or hide text: a path could be made to read as another one. */
const INVISIBLE = /[\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g

export function printableText(text: string): string {
  return text
    .replace(ESCAPES, '')
    .replace(/\r\n?/g, '\n')
    .replace(/\t/g, '    ')
    .replace(CONTROLS, '')
    .replace(INVISIBLE, '')
}

function printableLine(text: string): string {
  return printableText(text).replace(/\n+/g, ' ').trimEnd()
}

/** Texts that have lines of their own; all others are drawn on one line or wrapped as one paragraph. */
const MANY_LINES = new Set(['dropIn'])
/** Sent back to the session in intents, so these must stay as they are; no screen draws them. */
const UNTOUCHED = new Set(['id', 'request'])

export function printableState<T>(value: T, key = ''): T {
  if (typeof value === 'string')
    return (MANY_LINES.has(key) ? printableText(value) : printableLine(value)) as T
  if (Array.isArray(value)) return value.map((item) => printableState(item, key)) as T
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      UNTOUCHED.has(name) ? item : printableState(item, name),
    ]),
  ) as T
}
