import type { Host } from '../../host/host.ts'

/** One assignment of a unit file, continuation lines joined as systemd.syntax(7) says. */
export interface UnitLine {
  section: string
  key: string
  value: string
  /** File and line where it begins, "/etc/systemd/system/x.service:6"; no file outside of what `systemctl cat` prints. */
  place: string
}

/** A backslash at the end that is not itself escaped. */
const CONTINUED = /(?<!\\)(?:\\\\)*\\$/

/** What `systemctl cat` prints above each file. Comments of a unit's own name other files, such as configuration. */
const FILE = /^# (\/\S*(?:\.service|service\.d\/[^/]+\.conf))$/

/** Reads `systemctl cat` output or one unit file. Comments inside a continued line are left out, as systemd does. */
export function parseUnitText(text: string): UnitLine[] {
  const lines: UnitLine[] = []
  let [file, number, section] = ['', 0, '']
  let [begun, place] = ['', '']
  for (const raw of `${text}\n`.split('\n')) {
    number += 1
    const path = FILE.exec(raw)?.[1]
    if (path !== undefined) [file, number, section] = [path, 0, '']
    if (/^\s*[#;]/.test(raw)) continue
    if (begun === '') place = `${file}:${number}`
    const line = begun + raw
    begun = CONTINUED.test(line) ? `${line.slice(0, -1)} ` : ''
    if (begun !== '') continue
    const header = /^\s*\[(.+)\]\s*$/.exec(line)
    if (header) section = header[1] as string
    const assignment = /^\s*([A-Za-z0-9-]+)\s*=\s*(.*?)\s*$/s.exec(line)
    if (assignment && !header) {
      lines.push({ section, key: assignment[1] as string, value: assignment[2] as string, place })
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

/** The last value that a file gives a setting, and where: UnitLine's `place`. */
export type WrittenSetting = Pick<UnitLine, 'value' | 'place'>

function writtenSettings(lines: readonly UnitLine[]): Record<string, WrittenSetting> {
  const own = lines.filter(({ section }) => section === 'Service')
  return Object.fromEntries(own.map(({ key, value, place }) => [key, { value, place }]))
}

/** What a unit's files say, fragment and drop-ins together: Exec lines, and the last word on each setting. */
export async function unitSource(
  host: Host,
  unit: string,
): Promise<{ execSource: Record<string, string[]>; written: Record<string, WrittenSetting> }> {
  const { stdout } = await host.run(['systemctl', 'cat', '--no-pager', '--', unit])
  const lines = parseUnitText(stdout)
  return { execSource: execLines(lines), written: writtenSettings(lines) }
}
