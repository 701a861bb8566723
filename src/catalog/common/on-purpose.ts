import type { Facts } from '../../observe/facts.ts'

/** Words by which a unit file says no (systemd.syntax(7)). */
const NO = /^(?:no|n|false|f|off|0)$/i

/**
 * Where a person wrote a setting to its own default. Nobody does so without a reason: the default would be the same, so
 * the line is there to keep somebody from tightening it. Undefined where nothing of the kind is written.
 */
export function leftOffOnPurpose(facts: Facts, key: string): string | undefined {
  const written = facts.unit.written[key]
  if (written === undefined || !NO.test(written.value)) return undefined
  return `${written.place} says ${key}=${written.value}, which is the default: somebody probably wrote it for a reason.`
}
