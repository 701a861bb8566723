import { orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { isBelowAny } from '../../host/paths.ts'
import { parseMounts, visibleMounts } from '../../observe/proc/mounts.ts'
import type { FileUse } from '../../observe/trace/learned.ts'
import type { WrittenPath } from '../../observe/trace/learned-facts.ts'
import { LAYERS_FOLDER } from '../boot/boot-script.ts'
import { VOLATILE } from './volatile.ts'

/** One thing in an upper layer, or in a file system that a clone begins empty. */
export interface WrittenEntry {
  /** As in find(1): f, d, l, s, p; "gone" for a deletion from the layer below. */
  kind: string
  /** Change time, seconds with a fraction. */
  changed: string
  owner: string
  mode: string
  /** The data changed too, not only owner or mode: a copied-up file without data has no blocks. */
  data: boolean
  /** Other after each write, and for each new file of the name; an owner or a mode that is set leaves it alone. */
  stamp: string
}

/** Path → entry, for every difference from the live host. */
export type WrittenListing = ReadonlyMap<string, WrittenEntry>

/** Files of systemd's and hardenctl's own bookkeeping. */
const MANAGERS = [
  '/run/systemd',
  '/run/host',
  '/run/hardenctl',
  '/run/hardenctl-trace',
  '/run/log',
  '/run/udev',
  '/run/user',
  '/run/dbus',
  '/run/mount',
  '/run/credentials',
  '/run/utmp',
]
/** Where hardenctl and PID 1 put settings and state of units. They are listed, since a learned service may write there. */
export const SETTINGS_AND_STATE = ['/etc/systemd', '/var/lib/hardenctl', '/var/lib/systemd']
/** systemd's folders of PrivateTmp=: the service sees their content as /tmp and /var/tmp. */
const PRIVATE_TMP = /^((?:\/var)?\/tmp)\/systemd-private-[^/]+\/tmp(?=\/)/
const PRIVATE_FOLDER = /^(?:\/var)?\/tmp\/systemd-private-/

const FIELDS = '%H\\t%y\\t%C@\\t%U:%G\\t%m\\t%b\\t%s\\t%T@ %i\\t%P\\0'
const LIST_LIMIT_MS = 60_000

interface Layer {
  /** Where its files are in the clone. */
  point: string
  /** Where its upper layer can be read. */
  folder: string
}

/** The upper layers of a clone. */
export async function upperLayersOf(clone: Host): Promise<Layer[]> {
  return layersIn((await clone.read('/proc/1/mountinfo')) ?? '')
}

/** Where a file of a layer is in the clone; `name` is its path below the layer's folder. */
export function inClone({ point }: Pick<Layer, 'point'>, name: string): string {
  return `${point === '/' ? '' : point}/${name}`
}

/** The overlays of a clone by the numbers that its boot gave them, as its mount table tells. */
export function layersIn(mountinfo: string): Layer[] {
  return visibleMounts(parseMounts(mountinfo)).flatMap(({ type, point, superOptions }) => {
    const upper = superOptions.find((option) => option.startsWith('upperdir='))
    const number = /\/layers\/(\d+)\/upper$/.exec(upper ?? '')?.[1]
    return type === 'overlay' && number !== undefined
      ? [{ point, folder: `${LAYERS_FOLDER}/${number}/upper` }]
      : []
  })
}

/**
 * Reads what find(1) printed of folders, whose places in the clone `points` tells. A character device stands for a
 * deletion: overlayfs.rst, "whiteouts".
 */
export function parseFound(text: string, points: ReadonlyMap<string, string>): [string, WrittenEntry][] {
  return text.split('\0').flatMap((record) => {
    const [
      folder = '',
      kind = '',
      changed = '',
      owner = '',
      mode = '',
      blocks = '',
      size = '',
      stamp = '',
      ...rest
    ] = record.split('\t')
    const [name, point] = [rest.join('\t'), points.get(folder)]
    if (name === '' || kind === '' || point === undefined) return []
    const path = inClone({ point }, name).replace(PRIVATE_TMP, '$1')
    const data = kind === 'f' && (Number(size) === 0 || Number(blocks) > 0)
    return [[path, { kind: kind === 'c' ? 'gone' : kind, changed, owner, mode, data, stamp }]]
  })
}

/** Every difference of a clone from the live host. Two listings, before and after, show what was written. */
export async function listWritten(clone: Host): Promise<WrittenListing> {
  const layers = await upperLayersOf(clone)
  // A clone begins with the volatile folders empty, so that whatever is in them was made in it.
  const points = new Map([
    ...layers.map(({ folder, point }) => [folder, point] as const),
    ...VOLATILE.map((folder) => [folder, folder] as const),
  ])
  const argv = ['find', ...points.keys(), '-xdev', '-printf', FIELDS]
  const { stdout } = await clone.run(argv, { timeoutMs: LIST_LIMIT_MS })
  const isManagers = (path: string) => PRIVATE_FOLDER.test(path) || isBelowAny(path, MANAGERS)
  const all = parseFound(stdout, points).filter(([path]) => !isManagers(path))
  // A private /tmp may hold a name that /tmp has too: the newest is the service's.
  return new Map(all.sort(([, one], [, other]) => Number(one.changed) - Number(other.changed)))
}

/**
 * The listing to compare with: what the clone's systemd writes by itself before the first service, such as the tmpfiles
 * of a boot, is in it.
 */
export async function listBeforeService(clone: Host): Promise<WrittenListing> {
  await clone.run(['systemctl', '--quiet', 'start', 'basic.target'], { timeoutMs: LIST_LIMIT_MS })
  return listWritten(clone)
}

function usesOf(before: WrittenEntry | undefined, after: WrittenEntry, known: boolean): FileUse[] {
  if (after.kind === 'gone') return ['remove']
  const made: FileUse[] = after.kind === 'f' ? ['write', 'create'] : ['create']
  if (before === undefined) {
    // In an upper layer a directory may only contain changes, and a file may only have another owner.
    if (!known) return made
    return after.data ? ['write'] : after.kind === 'd' ? [] : ['owner']
  }
  const uses: FileUse[] = after.data && after.kind === 'f' ? ['write'] : []
  if (before.owner !== after.owner) uses.push('owner')
  if (before.mode !== after.mode) uses.push('mode')
  return uses
}

/**
 * Files written between two listings, by anybody. `existed` tells which paths the live host has: a file there was
 * changed, another one was created.
 */
export function writtenBetween(
  before: WrittenListing,
  after: WrittenListing,
  existed: (path: string) => boolean,
): WrittenPath[] {
  const written = [...after].flatMap(([path, entry]): WrittenPath[] => {
    const earlier = before.get(path)
    if (earlier?.changed === entry.changed && earlier.kind === entry.kind) return []
    const uses = usesOf(earlier, entry, existed(path))
    return uses.length === 0 ? [] : [{ path, uses }]
  })
  const removed = [...before.keys()]
    .filter((path) => !after.has(path))
    .map((path): WrittenPath => ({ path, uses: ['remove'] }))
  return [...written, ...removed].sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** The same, with the live host asked what it has. */
export async function writtenSince(live: Host, clone: Host, before: WrittenListing): Promise<WrittenPath[]> {
  const after = await listWritten(clone)
  const there = new Set<string>()
  for (const path of after.keys()) {
    if (isBelowAny(path, VOLATILE)) continue
    if ((await live.stat(path).catch(orElse(undefined))) !== undefined) there.add(path)
  }
  return writtenBetween(before, after, (path) => there.has(path))
}
