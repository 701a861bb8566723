/**
 * Others wrote most strings on the screen: journal lines, paths, answers of services. A terminal obeys their control
 * characters, so everything passes here once before a component sees it or a line is printed.
 */

const ESCAPES =
  /\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|[ -/]*[0-~])|\x9b[0-?]*[ -/]*[@-~]/g
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g
/**
 * Characters that are invisible, reorder text or break lines: with them a path could read as another. Unicode calls
 * most of them "default ignorable": zero width (U+200B), bidirectional controls (U+202A, U+2066), tags (U+E0000),
 * variation selectors.
 */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\u2028\u2029\ufff9-\ufffb]/gu
/** Half a character: it can't be encoded, and what is written in its place is the encoder's choice. */
const LONE_SURROGATES = /\p{Surrogate}/gu

/** Text of others without characters that a terminal obeys or hides; line breaks and indents stay. */
export function printableText(text: string): string {
  return text
    .replace(ESCAPES, '')
    .replace(/\r\n?/g, '\n')
    .replace(/\t/g, '    ')
    .replace(CONTROLS, '')
    .replace(INVISIBLE, '')
    .replace(LONE_SURROGATES, '\ufffd')
}

/** The same on one line: a line break in the text of others must not start a line that looks like ours. */
export function printableLine(text: string): string {
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
