import type { Host } from '../../host/host.ts'

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
