import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import { NARROW } from '../../bin/narrow.js'

const narrow = new RegExp(NARROW)
const all = Array.from({ length: 0x1_10_00 }, (_, code) => String.fromCodePoint(code)).filter((one) =>
  narrow.test(one),
)

describe('what the bundle takes for narrow without a look', () => {
  it('has one column for each character, alone and between others', () => {
    expect(all.length).toBeGreaterThan(500)
    expect(all.filter((one) => stringWidth(one) !== 1)).toEqual([])
    expect(all.filter((one) => stringWidth(`${one}${one}a${one}↑`) !== 5)).toEqual([])
  })

  it.each(['日', 'e\u0301', '✔\ufe0f', '👩‍💻', '\u00ad', '\u200b', 'a\nb', '◾'])(
    'leaves %j to string-width',
    (text) => {
      expect(narrow.test(text)).toBe(false)
    },
  )
})
