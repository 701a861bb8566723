import { type Baseline, isExercised } from '../../trial/health/baseline.ts'
import type { FullCheck } from '../../trial/health/full/exchange.ts'
import { fullExchangeOf } from '../../trial/health/full/index.ts'
import { protocolNamed } from '../../trial/health/protocols/index.ts'
import type { FullPlace } from './full-places.ts'

/** A full exchange that the unhardened service does not pass in a clone. */
export interface Unplayed {
  check: FullCheck
  why: string
  /** It asks for a name and a password. */
  password: boolean
}

/** "a mail to alice was delivered to /var/mail/alice" */
export function fullText({ thing, done }: FullCheck): string {
  return `${thing} was ${done}`
}

/** A mail that was taken and not seen to be delivered: each trial plays that much, and a person hears of the rest. */
export function halfPlayed(check: FullCheck): Unplayed[] {
  if (check.partly === undefined) return []
  const done = fullExchangeOf(check.protocol)?.done ?? check.done
  return [{ check: { ...check, done }, why: `it was ${check.done}`, password: false }]
}

/** What clones do not play, each once, with what would. */
export function unplayedNotes(
  unplayed: readonly Unplayed[],
  places: readonly FullPlace[],
  baseline: Baseline,
): string[] {
  // Nothing that a person plays by an exercise is missed.
  if (isExercised(baseline)) return []
  const refused = unplayed.map(({ check: { thing, done, protocol }, why, password }) => {
    const reason = password ? 'the service asks for a password' : why
    return `No clone shows whether ${thing} is ${done} (${protocol}): ${reason}; --exercise CMD can.`
  })
  const behind = new Map<string, Set<string>>()
  for (const { protocol } of places) {
    const thing = protocolNamed(protocol)?.behindPassword
    if (thing === undefined) continue
    behind.set(thing, new Set([...(behind.get(thing) ?? []), protocol]))
  }
  const locked = [...behind].map(
    ([thing, names]) =>
      `No clone opens ${thing} (${[...names].join(', ')}), since that takes a password; --exercise CMD can.`,
  )
  return [...new Set([...refused, ...locked])]
}
