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

/** Exec lines of a unit as they are written, fragment and drop-ins together. */
export async function execSource(host: Host, unit: string): Promise<Record<string, string[]>> {
  const result = await host.run(['systemctl', 'cat', '--no-pager', '--', unit])
  return execLines(parseUnitText(result.stdout))
}
