import type { Host } from '../../host/host.ts'

/** Where a clone's writes go, and how much memory it may use in all. */
export interface UpperLayerStorage {
  upper: 'memory' | 'disk'
  upperKiB: number
  memoryMaxKiB: number
}

const MIB = 1024
/** Below this the host needs its memory itself. */
export const MIN_FREE_KIB = 192 * MIB
/** Above this, a quarter of the free memory holds the writes of a service. */
const ENOUGH_FREE_KIB = 1024 * MIB
const MAX_UPPER_KIB = 1024 * MIB
const MAX_DISK_KIB = 2048 * MIB
const MIN_DISK_KIB = 256 * MIB

/** MemAvailable of /proc/meminfo, in KiB: proc_meminfo(5). */
export async function availableKiB(host: Host): Promise<number> {
  const text = (await host.read('/proc/meminfo')) ?? ''
  return Number(/^MemAvailable:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0)
}

/**
 * An upper layer on disk is an image of its own: the kernel refuses a folder below the lower layer ("overlapping
 * upperdir"). It needs mkfs.ext4 and loop devices, so memory comes first.
 */
export function chooseStorage(freeKiB: number, freeOnDiskKiB: number): UpperLayerStorage {
  const memoryMaxKiB = Math.floor(freeKiB / 2)
  const disk = Math.min(MAX_DISK_KIB, Math.floor(freeOnDiskKiB / 4))
  if (freeKiB < ENOUGH_FREE_KIB && disk >= MIN_DISK_KIB) {
    return { upper: 'disk', upperKiB: disk, memoryMaxKiB }
  }
  return { upper: 'memory', upperKiB: Math.min(MAX_UPPER_KIB, Math.floor(freeKiB / 4)), memoryMaxKiB }
}

const DISK = 'command -v mkfs.ext4 && command -v truncate && df --output=avail -k -- "$1" | tail -n 1'

/** KiB free for an image; 0 if none can be made and mounted: a container may lack loop devices. */
export async function diskFreeKiB(host: Host, folder: string): Promise<number> {
  const loop = await host.stat('/dev/loop-control')
  if (loop?.kind !== 'char') return 0
  const { exitCode, stdout } = await host.run(['sh', '-c', DISK, 'sh', folder])
  return exitCode === 0 ? Number(stdout.trim().split('\n').at(-1)) || 0 : 0
}
