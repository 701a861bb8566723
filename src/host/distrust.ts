import type { FileStat } from './host.ts'

const MAX_BYTES = 64 * 1024

/**
 * Why a file or folder that decides what root runs or accepts is not believed: only root may have a say in that.
 * Undefined where only root could have written it.
 */
export function distrust(path: string, stat: FileStat, kind: 'directory' | 'file'): string | undefined {
  if (stat.kind !== kind) return `${path} is no plain ${kind}`
  if (stat.uid !== 0) return `${path} belongs to user ${stat.uid}, not to root`
  if ((stat.mode & 0o022) !== 0) return `${path} is writable by others than root`
  if (kind === 'directory') return undefined
  if (stat.links > 1) return `${path} has a second name`
  return stat.size > MAX_BYTES ? `${path} is larger than ${MAX_BYTES / 1024} KiB` : undefined
}
