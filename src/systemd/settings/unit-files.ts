import type { Host } from '../../host/host.ts'

/** One assignment of a unit file, continuation lines joined as systemd.syntax(7) says. */
export interface UnitLine {
  section: string
  key: string
  value: string
}

/** A backslash at the end that is not itself escaped. */
const CONTINUED = /(?<!\\)(?:\\\\)*\\$/

/** Reads `systemctl cat` output or one unit file. Comments inside a continued line are left out, as systemd does. */
export function parseUnitText(text: string): UnitLine[] {
  const lines: UnitLine[] = []
  let section = ''
  let pending: string | undefined
  for (const raw of `${text}\n`.split('\n')) {
    if (/^\s*[#;]/.test(raw)) continue
    const line: string = pending === undefined ? raw : pending + raw
    if (CONTINUED.test(line)) {
      pending = `${line.slice(0, -1)} `
      continue
    }
    pending = undefined
    const header = /^\s*\[(.+)\]\s*$/.exec(line)
    if (header) section = header[1] as string
    const assignment = /^\s*([A-Za-z0-9-]+)\s*=\s*(.*?)\s*$/s.exec(line)
    if (assignment && !header) {
      lines.push({ section, key: assignment[1] as string, value: assignment[2] as string })
    }
  }
  return lines
}

/** Values by key of [Service], an empty assignment emptying the list before it. */
export function execLines(lines: readonly UnitLine[]): Record<string, string[]> {
  const found: Record<string, string[]> = {}
  for (const { section, key, value } of lines) {
    if (section !== 'Service' || !key.startsWith('Exec') || /^(ExecPaths|ExecSearchPath)$/.test(key)) continue
    found[key] = value === '' ? [] : [...(found[key] ?? []), value]
  }
  return found
}

/** The last value that a file gives a setting, and where: "/etc/systemd/system/x.service:6". */
export interface WrittenSetting {
  value: string
  place: string
}

/**
 * Settings of [Service] as the unit's files write them, from what `systemctl cat` prints: a comment with the path stands
 * above each file, and a blank line between two.
 */
function writtenSettings(text: string): Record<string, WrittenSetting> {
  const found = new Map<string, WrittenSetting>()
  let file = ''
  let line = 0
  let section = ''
  for (const raw of text.split('\n')) {
    line += 1
    const path = /^# (\/\S.*\.(?:service|conf))$/.exec(raw)?.[1]
    if (path !== undefined) [file, line, section] = [path, 0, '']
    const header = /^\s*\[(.+)\]\s*$/.exec(raw)?.[1]
    if (header !== undefined) section = header
    const [, key, value] = /^([A-Z][A-Za-z0-9]*)\s*=\s*(.*?)\s*$/.exec(raw) ?? []
    if (section === 'Service' && key !== undefined && value !== undefined)
      found.set(key, { value, place: `${file}:${line}` })
  }
  return Object.fromEntries(found)
}

/** What a unit's files say, fragment and drop-ins together: Exec lines, and the last word on each setting. */
export async function unitSource(
  host: Host,
  unit: string,
): Promise<{ execSource: Record<string, string[]>; written: Record<string, WrittenSetting> }> {
  const { stdout } = await host.run(['systemctl', 'cat', '--no-pager', '--', unit])
  return { execSource: execLines(parseUnitText(stdout)), written: writtenSettings(stdout) }
}
