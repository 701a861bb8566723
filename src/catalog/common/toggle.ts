import type { Facts } from '../../observe/facts.ts'
import { inForce, proposed, service, unfit } from './proposal.ts'
import { called, unprivileged } from './roles.ts'
import type { Directive, NotProposed, Proposed } from './types.ts'
import { setting } from './unit-settings.ts'
import { type Values, YES_NO } from './values.ts'

/** A setting that is on or off, or has one best word. */
export interface Toggle extends Omit<Directive, 'propose' | 'takes'> {
  /** yes and no unless given. */
  takes?: Values
  /** What is written; "yes" unless given. */
  value?: string
  /** Values that are at least as good. */
  good?: readonly string[]
  /** An observation that forbids it. */
  against?(facts: Facts): string | undefined
  /** Why it is possible, but not ticked at the start. */
  caution?(facts: Facts): string | undefined
  /** Whether a start in a clone can show that the caution is needless. */
  tickIfProven?(facts: Facts): boolean
  /** Values that hold in turn where the one above them does not, tightest first. */
  ladder?(facts: Facts): string[]
  evidence(facts: Facts): string[]
}

/** A process that is not root holds only what it was given or has kept on purpose. */
function holdsOnPurpose(facts: Facts, drops: readonly string[] = []): string | undefined {
  for (const process of unprivileged(facts)) {
    const name = process.capabilities.effective.find((held) => drops.includes(held))
    if (name !== undefined)
      return `${called(process)} holds ${name.toUpperCase()} in effect, which this takes away.`
  }
  return undefined
}

/** The directive for a toggle. */
export function toggle({
  takes = YES_NO,
  value = 'yes',
  good = [],
  against,
  caution,
  tickIfProven = () => false,
  ladder = () => [],
  evidence,
  ...entry
}: Toggle): Directive {
  const propose = (facts: Facts): Proposed | NotProposed => {
    const now = setting(facts, entry.key)
    if (now !== undefined && [value, ...good].includes(now))
      return inForce('The unit already has this setting.', now)
    const reason = holdsOnPurpose(facts, entry.drops) ?? against?.(facts)
    if (reason !== undefined) return unfit(reason)
    const doubt = caution?.(facts)
    const rungs = ladder(facts).map((one) => ({ value: one, assignments: [service(entry.key, one)] }))
    return proposed(value, [service(entry.key, value)], evidence(facts), {
      ...(doubt === undefined ? {} : { caution: doubt }),
      ...(doubt !== undefined && tickIfProven(facts) ? { tickIfProven: true } : {}),
      ...(rungs.length > 1 ? { ladder: rungs } : {}),
    })
  }
  return { ...entry, takes, propose }
}
