import type { Host } from '../host/host.ts'

/** Major version out of `systemctl --version`: "systemd 252 (252.39-1~deb12u1)". */
export function parseVersion(text: string): number | undefined {
  const match = /^systemd (\d+)/m.exec(text)
  return match ? Number(match[1]) : undefined
}

/** 0 when systemctl is not there or says nothing of use. */
export async function systemdVersion(host: Host): Promise<number> {
  const result = await host.run(['systemctl', '--version'])
  return parseVersion(result.stdout) ?? 0
}

/** True when this machine was booted with systemd: sd_booted(3). */
export async function bootedWithSystemd(host: Host): Promise<boolean> {
  const folder = await host.stat('/run/systemd/system')
  const name = await host.read('/proc/1/comm')
  return folder?.kind === 'directory' && name?.trim() === 'systemd'
}
