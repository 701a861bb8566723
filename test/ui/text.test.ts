import { describe, expect, it } from 'vitest'
import { printableState, printableText } from '../../src/host/printable.ts'
import { footerLines } from '../../src/ui/frame/footer.tsx'
import { headerLines } from '../../src/ui/frame/header.tsx'
import { windowStart } from '../../src/ui/input/list.ts'
import { needsAscii, prepareEnvironment } from '../../src/ui/terminal/environment.ts'
import { toAscii } from '../../src/ui/text/ascii.ts'
import { formatGain } from '../../src/ui/text/gain.ts'
import { clip, lengthOf, plain, verbatim, wrap } from '../../src/ui/text/lines.ts'
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
    expect(lengthOf(second)).toBeLessThanOrEqual(columns)
  })
})

describe('terminals', () => {
  it('without UTF-8 get ASCII of the same width', () => {
    expect(needsAscii({ LANG: 'C' })).toBe(true)
    expect(needsAscii({ LANG: 'en_US.UTF-8', TERM: 'linux' })).toBe(true)
    expect(needsAscii({ LANG: 'en_US.UTF-8', LC_ALL: 'C' })).toBe(true)
    expect(needsAscii({ LC_CTYPE: 'C.utf8', TERM: 'xterm' })).toBe(false)
    const drawn = '▸ [x] 9.2 → 7.1 ✔ ██░ … −0.2 ö'
    expect(toAscii(drawn)).toBe('> [x] 9.2 > 7.1 + ##. ~ -0.2 ?')
  })

  it('paint in spite of CI, and without colour when asked', () => {
    const environment: Record<string, string | undefined> = { CI: 'true', NO_COLOR: '1', TERM: 'xterm' }
    prepareEnvironment(environment, true)
    expect(environment).toEqual({ NO_COLOR: '1', TERM: 'xterm', FORCE_COLOR: '0' })
    const empty = { NO_COLOR: '' }
    prepareEnvironment(empty, true)
    expect(empty).toEqual({ NO_COLOR: '' })
  })
})
