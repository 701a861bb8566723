import type { Host } from '../../host/host.ts'

/**
 * Parses `systemctl show`: Key=value lines in D-Bus order, a key printed several times (ExecStart) kept in
 * order. A line that starts no key goes on with the value before it.
 */
export function parseShow(text: string): Record<string, string[]> {
  const properties: Record<string, string[]> = Object.create(null)
  let last: string[] | undefined
  for (const line of text.split('\n')) {
    const match = /^([A-Z][A-Za-z0-9]*)=(.*)$/s.exec(line)
    if (match) {
      const key = match[1] as string
      last = properties[key] ?? []
      last.push(match[2] as string)
      properties[key] = last
    } else if (last !== undefined && line !== '') {
      last[last.length - 1] += `\n${line}`
    }
  }
  return properties
}

/** All properties of a unit, or the named ones. Empty when systemctl fails. */
export async function showUnit(
  host: Host,
  unit: string,
  properties: readonly string[] = [],
): Promise<Record<string, string[]>> {
  const chosen = properties.length === 0 ? ['--all'] : [`--property=${properties.join(',')}`]
  const result = await host.run(['systemctl', 'show', '--no-pager', ...chosen, '--', unit])
  return parseShow(result.stdout)
}

/** The first value of a property, or ''. */
export function first(properties: Record<string, string[]>, key: string): string {
  return properties[key]?.[0] ?? ''
}

/** A list of paths or units: one with a blank or a backslash is printed in double quotes, as for a shell. */
export function listOf(properties: Record<string, string[]>, key: string): string[] {
  const found = first(properties, key).match(/"(?:\\.|[^"\\])*"|\S+/gs) ?? []
  return found.map((word) => (word.startsWith('"') ? word.slice(1, -1).replaceAll(/\\(.)/gs, '$1') : word))
}
