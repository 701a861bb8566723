import type { Facts } from '../../observe/facts.ts'

/** Words by which a unit file says no (systemd.syntax(7)). */
const NO = /^(?:no|n|false|f|off|0)$/i

/**
 * Where a person set a setting to its default. The line changes nothing, so it is probably there to stop others from
 * tightening it. Undefined if there is no such line.
 */
export function leftOffOnPurpose(facts: Facts, key: string): string | undefined {
  const written = facts.unit.written[key]
  if (written === undefined || !NO.test(written.value)) return undefined
  return `${written.place} says ${key}=${written.value}, which is the default: somebody probably wrote it for a reason.`
}
