import { stripVTControlCharacters } from 'node:util'
import type { Host } from '../../host/host.ts'

/**
 * Groups as `systemd-analyze syscall-filter` lists them, members that are groups still by name. 255 ends colours there even
 * where it was told to print none.
 */
export function parseSyscallGroups(text: string): Record<string, string[]> {
  const groups: Record<string, string[]> = {}
  let current: string[] | undefined
  for (const line of stripVTControlCharacters(text).split('\n')) {
    if (line.startsWith('@')) {
      current = []
      groups[line.trim()] = current
    } else if (/^\s+[@a-z_]/.test(line) && current !== undefined) current.push(line.trim())
    else if (!line.startsWith(' ')) current = undefined
  }
  return groups
}

/** Every group with its system calls only. A group that names itself, which no systemd ships, ends there. */
export function flattenGroups(groups: Record<string, string[]>): Record<string, string[]> {
  const expand = (name: string, seen: ReadonlySet<string>): string[] =>
    seen.has(name)
      ? []
      : (groups[name] ?? []).flatMap((member) =>
          member.startsWith('@') ? expand(member, new Set([...seen, name])) : [member],
        )
  return Object.fromEntries(
    Object.keys(groups).map((name) => [name, [...new Set(expand(name, new Set()))].sort()]),
  )
}

/** "@group" → its system calls, of the systemd that runs on this machine. */
export async function syscallGroups(host: Host): Promise<Record<string, string[]>> {
  const result = await host.run(['systemd-analyze', '--no-pager', 'syscall-filter'])
  return flattenGroups(parseSyscallGroups(result.stdout))
}
