import { describe, expect, it } from 'vitest'
import { contentChanges, withLastingContent } from '../../../../src/trial/diagnosis/content-changes.ts'
import { type Check, parseCheck } from '../../../../src/trial/health/check.ts'
import { contentOf } from '../../../../src/trial/health/content.ts'

describe('the content of an answer', () => {
  it.each([
    [
      'a date and a counter',
      'Thu, 26 Nov 2026 06:00:01 GMT, visit 7',
      'Fri, 04 Dec 2026 23:00:59 GMT, visit 1234',
    ],
    ['an identifier', 'id=7f3a09 ok', 'id=0bc41e9 ok'],
  ])('is the same with another %s', (_, one, other) => expect(contentOf([one])).toBe(contentOf([other])))

  it.each([
    ['words', '<p>hello', '<p>no database'],
    ['lines', 'df 1\n', 'df 1\ndf 2\n'],
  ])('is another with other %s', (_, one, other) => expect(contentOf([one])).not.toBe(contentOf([other])))

  it('is none where nothing was heard', () => {
    expect(contentOf(undefined)).toBeUndefined()
    expect(contentOf(['', ''])).toBeUndefined()
  })
})

const check: Check = parseCheck('http://127.0.0.1/')
const answered = (content?: string) => [{ check, answer: '200', ...(content ? { content } : {}) }]

it('other content is told, unless it was never the same, or was not heard', () => {
  expect(contentChanges(answered('a'), answered('b'))).toEqual([
    'GET http://127.0.0.1/: it answers with other content',
  ])
  expect(contentChanges(answered('a'), answered('a'))).toEqual([])
  expect(contentChanges(answered(), answered('b'))).toEqual([])
  expect(contentChanges(answered('a'), answered())).toEqual([])
})

it('only content that was the same each time is compared', () => {
  expect(withLastingContent(answered('a'), answered('a'))).toEqual(answered('a'))
  expect(withLastingContent(answered('a'), answered('b'))).toEqual(answered())
  expect(withLastingContent(answered('a'), [])).toEqual(answered())
})
