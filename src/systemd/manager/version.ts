import type { Host } from '../../host/host.ts'

/** Major version out of `systemctl --version`: "systemd 252 (252.39-1~deb12u1)". */
export function parseVersion(text: string): number | undefined {
  const match = /^systemd (\d+)/m.exec(text)
  return match ? Number(match[1]) : undefined
}

/** First point release of a major one that scores CAP_BPF; from 255 on all do. RHEL 9's 252 does not. */
const BPF_BACKPORTS: Readonly<Record<number, number>> = { 252: 19, 253: 13, 254: 6 }

/** Whether `systemd-analyze security` of this build counts CAP_BPF: "systemd 252 (252.39-1~deb12u1)". */
export function scoresBpf(text: string): boolean {
  const match = /^systemd (\d+) \((?:\d+\.(\d+))?/m.exec(text)
  const major = Number(match?.[1] ?? 0)
  const since = BPF_BACKPORTS[major]
  return major >= 255 || (since !== undefined && Number(match?.[2] ?? 0) >= since)
}

/** The major version, and whether it scores CAP_BPF. The version is 0 when systemctl is not there or says nothing of use. */
export async function systemdBuild(host: Host): Promise<{ systemd: number; scoresBpf: boolean }> {
  const { stdout } = await host.run(['systemctl', '--version'])
  return { systemd: parseVersion(stdout) ?? 0, scoresBpf: scoresBpf(stdout) }
}

/** The major version alone. */
export async function systemdVersion(host: Host): Promise<number> {
  return (await systemdBuild(host)).systemd
}

/** True when this machine was booted with systemd: sd_booted(3). */
export async function bootedWithSystemd(host: Host): Promise<boolean> {
  const folder = await host.stat('/run/systemd/system')
  const name = await host.read('/proc/1/comm')
  return folder?.kind === 'directory' && name?.trim() === 'systemd'
}
