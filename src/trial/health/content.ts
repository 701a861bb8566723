import { createHash } from 'node:crypto'

/** Names of days and months, in the dates of HTTP and mail: RFC 9110, section 5.6.7; RFC 5322, section 3.3. */
const DATE_WORDS =
  /\b(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*|jan(?:uary)?|feb(?:ruary)?|march|mar|april|apr|may|june?|july?|aug(?:ust)?|sep(?:tember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|am|pm)\b/gi

/**
 * A hash of what was heard, the same at another time: without numbers, days, and words with digits in them, which count,
 * date or identify. Undefined where nothing was heard.
 */
export function contentOf(heard: readonly string[] | undefined): string | undefined {
  if (heard === undefined || heard.every((text) => text === '')) return undefined
  const lasting = heard
    .join('\0')
    .replaceAll(/\w*\d\w*/g, '#')
    .replaceAll(DATE_WORDS, '#')
  return createHash('sha256').update(lasting).digest('hex')
}
