/** A service that needs more than this number needs something else. */
const MAX_NEEDED = 4

/**
 * Looks for the few `candidates` that a value needs, the most likely first. `holds` is the verdict with some of them
 * given back, undefined if there is none yet. A value that holds with some also holds with more. Returns the next set
 * to try, or the set to give back; undefined if giving back does not help.
 */
export function searchMissing<T>(
  candidates: readonly T[],
  holds: (given: readonly T[]) => boolean | undefined,
): { ask: readonly T[] } | { give: readonly T[] } | undefined {
  const needed: T[] = []
  let left = candidates
  for (let round = 0; round <= MAX_NEEDED; round += 1) {
    // In the order of the candidates, so that equal sets are the same trial.
    const given = (count: number) => {
      const few = left.slice(0, count)
      return candidates.filter((one) => needed.includes(one) || few.includes(one))
    }
    const enough = needed.length === 0 ? false : holds(given(0))
    if (enough === undefined) return { ask: given(0) }
    if (enough) return { give: given(0) }
    const found = fewest(left.length, (count) => holds(given(count)))
    if (found === undefined) return undefined
    if ('ask' in found) return { ask: given(found.ask) }
    needed.push(left[found.fewest - 1] as T)
    left = left.slice(0, found.fewest - 1)
  }
  return undefined
}

/**
 * The smallest number from the start that holds, where 0 does not: by doubling, then by halves. Undefined if not even
 * all hold.
 */
function fewest(
  most: number,
  holds: (count: number) => boolean | undefined,
): { ask: number } | { fewest: number } | undefined {
  let bad = 0
  let good = 0
  for (let count = 1; bad < most && good === 0; count = Math.min(most, count * 2)) {
    const said = holds(count)
    if (said === undefined) return { ask: count }
    if (said) good = count
    else bad = count
  }
  if (good === 0) return undefined
  while (good - bad > 1) {
    const middle = Math.floor((good + bad) / 2)
    const said = holds(middle)
    if (said === undefined) return { ask: middle }
    if (said) good = middle
    else bad = middle
  }
  return { fewest: good }
}
