/**
 * Looks for the row that begins to break a list. All rows together break, and none is known to hold; `holds(n)` is the
 * verdict on the first n rows, undefined if there is none yet. Returns how many to try next, or the index of the row:
 * at most ⌈log2 n⌉ trials for n rows.
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
