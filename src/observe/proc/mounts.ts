import type { Host } from '../../host/host.ts'
import { isBelow } from '../../host/paths.ts'

/** One line of /proc/PID/mountinfo: proc_pid_mountinfo(5). */
export interface Mount {
  id: number
  parent: number
  /** Folder or file of the file system that is mounted. */
  root: string
  point: string
  /** Options of this mount alone: ro, nosuid, noexec. */
  options: string[]
  type: string
  source: string
  /** Options of the file system. */
  superOptions: string[]
}

/** Blanks, tabs, newlines and backslashes stand as \\040 and the like. */
export function unescapedMount(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
}

export function parseMounts(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    const [mount = '', system = ''] = line.split(' - ')
    const [id, parent, , root, point, options] = mount.split(' ')
    const [type, source, superOptions] = system.split(' ')
    if (options === undefined || type === undefined) return []
    return [
      {
        id: Number(id),
        parent: Number(parent),
        root: unescapedMount(root as string),
        point: unescapedMount(point as string),
        options: options.split(','),
        type,
        source: unescapedMount(source ?? ''),
        superOptions: (superOptions ?? '').split(','),
      },
    ]
  })
}

/**
 * The mount that a walk from '/' to `path` ends in: at each mount the first one that is met on the way is entered. Each
 * is entered once, or a table that was read while it changed could lead in a ring.
 */
function mountAt(mounts: readonly Mount[], top: Mount, path: string): Mount {
  const next = mounts
    .filter((one) => one.parent === top.id && one.id !== top.id && isBelow(path, one.point))
    .sort((a, b) => a.point.length - b.point.length)[0]
  if (next === undefined) return top
  return mountAt(
    mounts.filter((one) => one !== next),
    next,
    path,
  )
}

/** Mounts that a path leads to, without hidden ones below another mount. Parents first. */
export function visibleMounts(mounts: readonly Mount[]): Mount[] {
  const ids = new Set(mounts.map(({ id }) => id))
  const top = mounts.find(({ point, parent }) => point === '/' && !ids.has(parent)) ?? mounts[0]
  if (top === undefined) return []
  return mounts
    .filter((mount) => mountAt(mounts, top, mount.point) === mount)
    .sort((a, b) => a.point.length - b.point.length)
}

/** The visible mounts of a host, as its PID 1 has them: hardenctl itself may run in another mount namespace. */
export async function readMounts(host: Host): Promise<Mount[]> {
  return visibleMounts(parseMounts((await host.read('/proc/1/mountinfo')) ?? ''))
}
