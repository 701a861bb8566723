import type { Host } from '../../host/host.ts'
import { EXPOSURE_TABLE } from './exposure-table.ts'

/** "→ Overall exposure level for x.service: 9.2 UNSAFE" → 92, what systemd itself says of the loaded settings. */
export function parseOverall(text: string): number | undefined {
  const match = /Overall exposure level for .*: (\d+)\.(\d) /.exec(text)
  return match ? Number(match[1]) * 10 + Number(match[2]) : undefined
}

/** Exposure ×10 by systemd-analyze; undefined when it can't tell. */
export async function overallExposure(host: Host, unit: string): Promise<number | undefined> {
  const result = await host.run(['systemd-analyze', '--no-pager', 'security', '--', unit])
  return parseOverall(result.stdout)
}

const OF_SERVICE = /^(\S+\.service)\s+(\d+)\.(\d)\s/

/** Exposures ×10 by unit, as `systemd-analyze security` lists all services that PID 1 has in memory. */
export function parseExposures(text: string): Map<string, number> {
  const rows = text.split('\n').flatMap((line) => {
    const [, unit, whole, tenth] = OF_SERVICE.exec(line) ?? []
    return unit === undefined ? [] : [[unit, Number(whole) * 10 + Number(tenth)] as const]
  })
  return new Map(rows)
}

/** Exposures ×10 of all services, in a third of the processor time that systemctl takes to tell of them. */
export async function allExposures(host: Host): Promise<Map<string, number>> {
  return parseExposures((await host.run(['systemd-analyze', '--no-pager', 'security'])).stdout)
}

/** A check as systemd-analyze tells it of a unit. */
export interface SaidCheck {
  /** Undefined for a check that hardenctl does not know. */
  jsonField: string | undefined
  /** As printed, "PrivateDevices=". */
  name: string
  description: string
  /** Undefined where the check does not apply. */
  passed: boolean | undefined
}

/** Names that 249 and older print. */
const OLD_NAMESPACES: Readonly<Record<string, string>> = {
  CLONE_NEWUSER: 'user',
  CLONE_NEWNS: 'mnt',
  CLONE_NEWIPC: 'ipc',
  CLONE_NEWPID: 'pid',
  CLONE_NEWCGROUP: 'cgroup',
  CLONE_NEWNET: 'net',
  CLONE_NEWUTS: 'uts',
}

function fieldOf(name: string): string | undefined {
  const id = name.replace(/CLONE_NEW[A-Z]+/, (flag) => OLD_NAMESPACES[flag] ?? flag)
  return EXPOSURE_TABLE.find((row) => row.id === id)?.jsonField
}

/** Reads the table of `systemd-analyze security UNIT`: the heading tells where the columns begin. */
export function parseSaidChecks(text: string): SaidCheck[] {
  const lines = text.split('\n')
  const heading = lines.find((line) => /NAME\s+DESCRIPTION\s+EXPOSURE/.test(line)) ?? ''
  const [name, description] = [heading.indexOf('NAME'), heading.indexOf('DESCRIPTION')]
  return lines.slice(lines.indexOf(heading) + 1).flatMap((line) => {
    const id = line.slice(name, description).trim()
    if (name < 0 || !/=/.test(id)) return []
    const said = line
      .slice(description)
      .replace(/\s+\d+\.\d\s*$/, '')
      .trim()
    const mark = line.slice(0, name).trim()
    return [
      {
        jsonField: fieldOf(id),
        name: id,
        description: said,
        passed: mark === '' ? undefined : /[✓+]/.test(mark),
      },
    ]
  })
}

/** What systemd-analyze says of a unit, check by check, in its words and order. */
export async function saidChecks(host: Host, unit: string): Promise<SaidCheck[]> {
  const { stdout } = await host.run(['systemd-analyze', '--no-pager', 'security', '--', unit])
  return parseSaidChecks(stdout)
}
