import type { Assignment } from '../common/types.ts'

/** The lines of one setting in one of several drop-ins; empty where it does not write the setting. */
export type Variant = readonly Assignment[]

/**
 * What only some of the drop-ins let through; `of` are their indexes. word: one of a list. value: the loosest value. free:
 * they do not write the setting.
 */
export interface Need {
  kind: 'word' | 'value' | 'free'
  word: string
  of: readonly number[]
}

/** Lines that let through whatever one of the drop-ins lets through, and deny what all of them deny. */
export interface Loosest {
  lines: readonly Assignment[]
  needs: readonly Need[]
}

export function indexesOf<One>(all: readonly One[], test: (one: One) => boolean): number[] {
  return all.flatMap((one, at) => (test(one) ? [at] : []))
}

/** Those of the words that some of `count` drop-ins need, and others do not. */
export function needsOf(
  words: readonly string[],
  of: (word: string) => number[],
  count: number,
  kind: Need['kind'] = 'word',
): Need[] {
  return words.flatMap((word) => {
    const indexes = of(word)
    return indexes.length === 0 || indexes.length === count ? [] : [{ kind, word, of: indexes }]
  })
}
