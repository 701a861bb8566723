import type { FileStat } from './host.ts'

const MAX_BYTES = 64 * 1024

/**
 * Why a file or folder that decides what `owner` runs or accepts is not believed: only that account and root may have a
 * say in it. Undefined where nobody else could have written it.
 */
export function distrust(
  path: string,
  stat: FileStat,
  kind: 'directory' | 'file',
  owner: number,
): string | undefined {
  if (stat.kind !== kind) return `${path} is no plain ${kind}`
  const trusted = owner === 0 ? 'root' : `user ${owner}`
  if (stat.uid !== 0 && stat.uid !== owner) return `${path} belongs to user ${stat.uid}, not to ${trusted}`
  if ((stat.mode & 0o022) !== 0) return `${path} is writable by others than ${trusted}`
  if (kind === 'directory') return undefined
  if (stat.links > 1) return `${path} has a second name`
  return stat.size > MAX_BYTES ? `${path} is larger than ${MAX_BYTES / 1024} KiB` : undefined
}
