import type { Host } from '../../host/host.ts'
import type { Mount } from '../../observe/proc/mounts.ts'

/** Why a host without such a tree can't be cloned. */
export const NO_TREE = 'systemd uses cgroup v1 alone here, and a clone needs v2'

/**
 * Mount point of the version 2 tree that systemd keeps its groups in, on a hybrid host beside those of version 1;
 * undefined where it uses version 1 alone. Others may have mounted the tree on such a host, but what a clone makes in
 * it would then be nobody's to remove. PID 1 is in init.scope: systemd.special(7).
 */
export async function cgroupTree(live: Host, visible: readonly Mount[]): Promise<string | undefined> {
  for (const { type, point } of visible) {
    if (type !== 'cgroup2') continue
    if ((await live.stat(`${point}/init.scope`)) !== undefined) return point
  }
  return undefined
}
