import { describe, expect, it } from 'vitest'
import { searchBreaking } from '../../../../src/session/stage/bisect.ts'

/** Plays the search on rows of which these break whatever is with them: the row that was found, and the trials. */
function search(rows: readonly string[], guilty: ReadonlySet<string>, said = new Map<string, boolean>()) {
  const partOf = (first: number) => rows.slice(0, first).join(' ')
  for (let trials = 0; ; trials += 1) {
    const next = searchBreaking(rows.length, (first) => said.get(partOf(first)))
    if ('breaks' in next) return { found: rows[next.breaks], trials, said }
    said.set(partOf(next.ask), !rows.slice(0, next.ask).some((row) => guilty.has(row)))
  }
}

const TWENTY = Array.from({ length: 20 }, (_, index) => `row${index}`)

describe('the search for what breaks', () => {
  it('finds each of twenty in at most five trials', () => {
    for (const row of TWENTY) {
      const { found, trials } = search(TWENTY, new Set([row]))
      expect(found).toBe(row)
      expect(trials).toBeLessThanOrEqual(5)
    }
  })

  it('finds any two of twenty in at most twelve, with the trial of all without the first', () => {
    for (const one of TWENTY) {
      for (const other of TWENTY.filter((row) => row !== one)) {
        const guilty = new Set([one, other])
        const first = search(TWENTY, guilty)
        const rest = TWENTY.filter((row) => row !== first.found)
        const second = search(rest, guilty, first.said)
        expect(new Set([first.found, second.found])).toEqual(guilty)
        expect(first.trials + 1 + second.trials).toBeLessThanOrEqual(12)
      }
    }
  })

  it('needs no trial where there is only one row', () => {
    expect(searchBreaking(1, () => undefined)).toEqual({ breaks: 0 })
  })
})
