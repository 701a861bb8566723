import { describe, expect, it } from 'vitest'
import { printableState, printableText } from '../../src/host/printable.ts'
import { initialState } from '../../src/session/walk/state.ts'
import { headerLines } from '../../src/ui/frame/header-lines.ts'
import { footerLines, headerRows } from '../../src/ui/frame/room.ts'
import { windowStart } from '../../src/ui/input/list.ts'
import { needsAscii, prepareEnvironment } from '../../src/ui/terminal/environment.ts'
import { firstLines, hasFirstLines } from '../../src/ui/terminal/first-lines.ts'
import { toAscii } from '../../src/ui/text/ascii.ts'
import { formatGain } from '../../src/ui/text/gain.ts'
import { introductionLines } from '../../src/ui/text/introduction.ts'
import { clip, clipStart, pad, plain, verbatim, widthOf, wrap } from '../../src/ui/text/lines.ts'
import { FakeSession } from './fake-session.ts'
import { done, stage } from './phases.ts'

it('what a row wins reads as what it takes from the exposure', () => {
  expect([2, 0, -1].map(formatGain)).toEqual(['−0.2', '0.0', '+0.1'])
})

describe('texts of others', () => {
  it('lose their escapes but not their words', () => {
    expect(printableText('a\x1b[1;31mb\x1b]8;;http://x\x1b\\c\x1b(Bd\x1bMe\x9b2Jf\x08g')).toBe('abcdefg')
    expect(printableText('one\ttwo\r\nthree')).toBe('one    two\nthree')
  })

  it('keep their lines only where a screen draws lines', () => {
    const { summary } = printableState(done({ notes: ['a\nb'], dropIn: 'A=b\nC=d\n' }))
    expect(summary.notes).toEqual(['a b'])
    expect(summary.dropIn).toBe('A=b\nC=d\n')
  })

  it('keep their ids, which are sent back', () => {
    expect(printableState({ id: 'a\x1b[1m', text: 'a\x1b[1m' })).toEqual({ id: 'a\x1b[1m', text: 'a' })
  })
})

describe('layout', () => {
  it('wraps at blanks and breaks only what is too long', () => {
    expect(wrap('one two three', 9)).toEqual(['one two', 'three'])
    expect(wrap('abcdefghijkl m', 8)).toEqual(['abcdefgh', 'ijkl m'])
  })

  it('keeps the indent of written text', () => {
    expect(plain(verbatim('  a\nb\n', 20))).toEqual(['  a', 'b'])
  })

  it('clips with a mark', () => {
    expect(clip('abcdef', 4)).toBe('abc…')
    expect(clip('abcd', 4)).toBe('abcd')
  })

  // The last two are an a and a k with a mark that stands on them, and a family that is one picture.
  it.each([
    ['CJK', '日本語の設定', 12],
    ['emoji', '🔒🔑👩‍👩‍👧', 6],
    ['combining marks', 'a\u0301k\u0327o', 3],
  ])('counts the columns of %s', (_, text, columns) => {
    expect(widthOf(text)).toBe(columns)
    expect(widthOf(pad(text, 20))).toBe(20)
    expect(clip(text, columns)).toBe(text)
    expect(widthOf(clip(text, columns - 1))).toBeLessThan(columns)
    expect(clip(text, columns - 1)).toMatch(/…$/)
  })

  it('wraps by columns, never inside a letter', () => {
    expect(wrap('日本語の設定', 8)).toEqual(['日本語の', '設定'])
    expect(wrap('🔒🔑🔒🔑🔒', 8)).toEqual(['🔒🔑🔒🔑', '🔒'])
    const accented = 'q\u0301'.repeat(9)
    expect(wrap(accented, 8)).toEqual(['q\u0301'.repeat(8), 'q\u0301'])
  })

  it('shows the end of what is typed', () => {
    expect(clipStart('abcdef', 4)).toBe('cdef')
    expect(widthOf(clipStart('日本語の設定', 5))).toBeLessThanOrEqual(5)
    expect(clipStart('日本語の設定', 5)).toMatch(/設定$/)
  })

  it('packs the footer', () => {
    expect(
      plain(
        footerLines(
          [
            ['a', 'one'],
            ['b', 'two'],
            ['c', 'three'],
          ],
          14,
        ),
      ),
    ).toEqual(['a one   b two', 'c three'])
  })

  it('moves a window no more than needed', () => {
    expect(windowStart(0, 4, 10, 5)).toBe(0)
    expect(windowStart(0, 5, 10, 5)).toBe(1)
    expect(windowStart(4, 3, 10, 5)).toBe(3)
    expect(windowStart(8, 9, 10, 5)).toBe(5)
  })

  it.each([20, 40, 60, 80, 120])('says at %i columns which machine it is', (columns) => {
    const state = new FakeSession(stage(), { target: 'rehearsal' }).state()
    const [, second = ''] = plain(headerLines(state, columns))
    expect(second).toMatch(/^REHEARSAL in a clone/)
    expect(widthOf(second)).toBeLessThanOrEqual(columns)
  })
})

describe('the first lines, drawn before Ink is loaded', () => {
  it.each([
    [80, 24],
    [120, 16],
    [34, 24],
    [30, 12],
  ])('are what Ink draws there at %i×%i', (columns, rows) => {
    const state = initialState('apache2.service')
    const drawn = plain(headerLines(state, columns))
    const first = firstLines(state, { columns, rows, ascii: false })
    expect(first.slice(-2)).toEqual(drawn.map((line) => line.slice(0, columns)))
    expect(first).toHaveLength(Math.min(3, headerRows(rows)) - (rows >= 12 && rows < 18 ? 1 : 0))
  })

  it('are ASCII where the terminal needs it, and draw nothing that a terminal would obey', () => {
    const [, name] = firstLines(initialState('a\x1b[2J.service'), { columns: 80, rows: 24, ascii: true })
    expect(name).toBe('hardenctl | a.service | looking')
  })

  it('are drawn only where there is nothing else to see', () => {
    const state = initialState('apache2.service')
    expect(hasFirstLines(state, {})).toBe(true)
    expect(hasFirstLines(state, { INK_SCREEN_READER: 'true' })).toBe(false)
    expect(hasFirstLines({ ...state, phase: stage() }, {})).toBe(false)
  })
})

it('the introduction promises no clone to a user, and says how a user undoes', () => {
  const text = (manager?: 'user') =>
    plain(introductionLines(500, initialState('notes.service', manager))).join(' ')
  expect(text()).toMatch(/in a clone of this host.*with --once.*hardenctl undo notes/)
  expect(text('user')).toContain('hardenctl --user undo notes')
  expect(text('user')).not.toMatch(/clone|--once/)
})

describe('terminals', () => {
  it('without UTF-8 get ASCII of the same width', () => {
    expect(needsAscii({ LANG: 'C' })).toBe(true)
    expect(needsAscii({ LANG: 'en_US.UTF-8', TERM: 'linux' })).toBe(true)
    expect(needsAscii({ LANG: 'en_US.UTF-8', LC_ALL: 'C' })).toBe(true)
    expect(needsAscii({ LC_CTYPE: 'C.utf8', TERM: 'xterm' })).toBe(false)
    const drawn = '▸ [x] 9.2 → 7.1 ✔ ██░ … −0.2 ö'
    expect(toAscii(drawn)).toBe('> [x] 9.2 > 7.1 + ##. ~ -0.2 ?')
    for (const text of [drawn, '日本語 →', '🔒 👩‍👩‍👧 |', 'a\u0301 o'])
      expect(widthOf(toAscii(text))).toBe(widthOf(text))
  })

  it('are drawn without colour when asked', () => {
    const environment: Record<string, string | undefined> = { NO_COLOR: '1', TERM: 'xterm' }
    prepareEnvironment(environment)
    expect(environment).toEqual({ NO_COLOR: '1', TERM: 'xterm', FORCE_COLOR: '0' })
    const empty = { NO_COLOR: '' }
    prepareEnvironment(empty)
    expect(empty).toEqual({ NO_COLOR: '' })
  })
})
