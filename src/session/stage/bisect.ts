/**
 * Looks for the row with which a list begins to break. All rows together are known to break, none of them is known to
 * hold; `holds(n)` is what was said of the first n, undefined where nothing was. Either how many are to be tried next,
 * or the index of the row: of n rows it takes at most ⌈log2 n⌉ trials.
 */
export function searchBreaking(
  rows: number,
  holds: (first: number) => boolean | undefined,
): { ask: number } | { breaks: number } {
  let good = 0
  let bad = rows
  for (let first = 1; first < rows; first += 1) {
    const said = holds(first)
    if (said === true) good = first
    if (said === false) {
      bad = first
      break
    }
  }
  return bad - good <= 1 ? { breaks: bad - 1 } : { ask: Math.floor((good + bad) / 2) }
}
