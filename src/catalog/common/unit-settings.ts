import type { Facts } from '../../observe/facts.ts'

/** What `systemctl show` prints for a setting now; undefined when this systemd does not print it. */
export function setting(facts: Facts, key: string): string | undefined {
  return facts.unit.properties[key]?.[0]
}

/** The words of a list setting, over all the lines it is printed on. */
export function words(facts: Facts, key: string): string[] {
  return (facts.unit.properties[key] ?? []).flatMap((value) => value.split(/\s+/)).filter(Boolean)
}

export function isOn(facts: Facts, key: string): boolean {
  return setting(facts, key) === 'yes'
}

/** Whether the unit names another account than root, or is of a manager that has no other than its own. */
export function namesAccount(facts: Facts): boolean {
  if (facts.ofUser !== undefined) return true
  const user = setting(facts, 'User') ?? ''
  return isOn(facts, 'DynamicUser') || (user !== '' && user !== 'root' && user !== '0')
}

/** Whether User= gives the service another account than root from its first instruction on. */
export function startsUnprivileged(facts: Facts): boolean {
  return namesAccount(facts) && !startsAsRootStill(facts)
}

/** Whether "+" or "!" before its command leaves it root in spite of User=: systemd.service(5), "Command lines". */
function startsAsRootStill({ unit, ofUser }: Facts): boolean {
  if (ofUser !== undefined) return false
  const commands = unit.exec.ExecStart ?? []
  return commands.some(({ flags }) => flags.includes('no-setuid') || flags.includes('privileged'))
}
