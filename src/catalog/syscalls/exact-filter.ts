import type { Facts } from '../../observe/facts.ts'
import { isNamed } from '../../observe/trace/syscall-cover.ts'
import { few, proposed, unique } from '../common/proposal.ts'
import type { Proposed } from '../common/types.ts'
import { exactLines } from './syscall-filter.ts'
import { type Exception, learnedCalls } from './syscall-needs.ts'

/** The start of any program takes more calls than this, so a shorter list did not come from a start. */
const MIN_CALLS = 20

const CAUTION =
  'A call that was not seen kills the process: on a rare request, while handling an error, or after an update of a library.'

/**
 * The alternative filter: exactly the calls that were seen, without a margin. Undefined if the service was not followed
 * in its present state, or its trace is incomplete.
 */
export function exactFilter(facts: Facts, kept: readonly Exception[]): Proposed | undefined {
  const calls = (learnedCalls(facts) ?? []).filter(isNamed)
  if (calls.length < MIN_CALLS || facts.learned?.incomplete) return undefined
  const refused = new Set(kept.filter((one) => one.refused).flatMap((one) => one.names))
  const names = calls.map(({ name }) => name).filter((name) => !refused.has(name))
  const phases = unique(calls.flatMap(({ sightings }) => sightings.map(({ phase }) => phase)))
  return proposed(
    `exactly the ${names.length} calls seen`,
    exactLines(facts, names, kept),
    [
      `${names.length} calls were seen, during ${few(phases, 8)}.`,
      ...kept.filter((one) => one.refused).map(({ why }) => why),
    ],
    { caution: CAUTION },
  )
}
