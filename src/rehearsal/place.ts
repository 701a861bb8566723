import type { Host } from '../host/host.ts'

/** Where a clone's writes go, and how much memory it may use in all. */
export interface Place {
  upper: 'memory' | 'disk'
  upperKiB: number
  memoryMaxKiB: number
}

const MIB = 1024
/** Below this the host needs its memory itself. */
export const LEAST_FREE_KIB = 192 * MIB
/** Above this a quarter of what is free takes the writes of a service. */
const ENOUGH_FREE_KIB = 1024 * MIB
const MOST_UPPER_KIB = 1024 * MIB
const DISK_UPPER_KIB = 2048 * MIB

/** MemAvailable of /proc/meminfo, in KiB: proc_meminfo(5). */
export async function availableKiB(host: Host): Promise<number> {
  const text = (await host.read('/proc/meminfo')) ?? ''
  return Number(/^MemAvailable:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0)
}

/**
 * An upper layer on disk is an image of its own: a folder below the lower layer is refused by the kernel
 * ("overlapping upperdir"). It needs mkfs.ext4 and loop devices, so memory comes first.
 */
export function placeFor(freeKiB: number, diskPossible: boolean): Place {
  const memoryMaxKiB = Math.floor(freeKiB / 2)
  if (freeKiB < ENOUGH_FREE_KIB && diskPossible) {
    return { upper: 'disk', upperKiB: DISK_UPPER_KIB, memoryMaxKiB }
  }
  return { upper: 'memory', upperKiB: Math.min(MOST_UPPER_KIB, Math.floor(freeKiB / 4)), memoryMaxKiB }
}

/** Whether an image can be made and mounted here. Loop devices may be missing in a container. */
export async function diskIsPossible(host: Host): Promise<boolean> {
  const [loop, mkfs] = await Promise.all([
    host.stat('/dev/loop-control'),
    host.run(['sh', '-c', 'command -v mkfs.ext4 && command -v truncate']),
  ])
  return loop?.kind === 'char' && mkfs.exitCode === 0
}
