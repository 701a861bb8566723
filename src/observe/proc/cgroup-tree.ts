import type { Host } from '../../host/host.ts'
import { type Mount, readMounts } from './mounts.ts'

/**
 * Mount point of the version 2 tree that systemd keeps its groups in, on a hybrid host beside those of version 1;
 * undefined where it uses version 1 alone. Others may have mounted the tree on such a host, but what a clone makes in
 * it would then be nobody's to remove. PID 1 is in init.scope: systemd.special(7).
 */
export async function cgroupTree(host: Host, visible: readonly Mount[]): Promise<string | undefined> {
  for (const { type, point } of visible) {
    if (type !== 'cgroup2') continue
    if ((await host.stat(`${point}/init.scope`)) !== undefined) return point
  }
  return undefined
}

/** Whether systemd uses version 1 alone, where it enforces nothing by programs of a control group. */
export async function hasVersion1Alone(host: Host): Promise<boolean> {
  const visible = await readMounts(host)
  const named = visible.some(
    ({ type, superOptions }) => type === 'cgroup' && superOptions.includes('name=systemd'),
  )
  return named && (await cgroupTree(host, visible)) === undefined
}
