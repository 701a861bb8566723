import { orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'

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

/** Mounts by the mount that they stand on, and there by their point: a host may have thousands. */
type MountTree = ReadonlyMap<number, ReadonlyMap<string, readonly Mount[]>>

function treeOf(mounts: readonly Mount[]): MountTree {
  const byParent = Map.groupBy(mounts, ({ parent }) => parent)
  return new Map([...byParent].map(([parent, some]) => [parent, Map.groupBy(some, ({ point }) => point)]))
}

/** '/', '/var', '/var/lib' for '/var/lib'. */
function wayTo(path: string): string[] {
  const names = path.split('/').filter(Boolean)
  return ['/', ...names.map((_, index) => `/${names.slice(0, index + 1).join('/')}`)]
}

/**
 * The mount that a walk from '/' to `path` ends in: at each mount the first one that is met on the way is entered. Each
 * is entered once, or a table that was read while it changed could lead in a ring.
 */
function mountAt(tree: MountTree, top: Mount, path: string): Mount {
  const entered = new Set([top])
  const way = wayTo(path)
  for (let at = top; ; ) {
    const points = tree.get(at.id)
    const next = way.flatMap((point) => points?.get(point) ?? []).find((one) => !entered.has(one))
    if (next === undefined) return at
    entered.add(next)
    at = next
  }
}

/** Mounts that a path leads to, without hidden ones below another mount. Parents first. */
export function visibleMounts(mounts: readonly Mount[]): Mount[] {
  const ids = new Set(mounts.map(({ id }) => id))
  const top = mounts.find(({ point, parent }) => point === '/' && !ids.has(parent)) ?? mounts[0]
  if (top === undefined) return []
  const tree = treeOf(mounts)
  return mounts
    .filter((mount) => mountAt(tree, top, mount.point) === mount)
    .sort((a, b) => a.point.length - b.point.length)
}

/** The visible mounts of a host, as its PID 1 has them: hardenctl itself may run in another mount namespace. */
export async function readMounts(host: Host): Promise<Mount[]> {
  return visibleMounts(parseMounts((await host.read('/proc/1/mountinfo')) ?? ''))
}

/** Mounts of the host, those too that others cover. */
export async function countMounts(host: Host): Promise<number | undefined> {
  const text = await host.read('/proc/1/mountinfo').catch(orElse(undefined))
  return text === undefined ? undefined : text.trimEnd().split('\n').length
}
