import type { Host } from '../../host/host.ts'
import { isBelowAny, throughRun } from '../../host/paths.ts'
import { type BlindSpots, orBlindSpot } from '../blind-spots.ts'
import type { ForeignHolding, ProcessFacts, SocketFacts, WritableFact } from '../facts.ts'

/** Folders of /run that everybody shares: a file directly in them says nothing about their other entries. */
const COMMON = new Set(['lock', 'user', 'systemd', 'log', 'dbus'])

/** A run folder with more entries than this is not read entry by entry; find(1) ends before a person loses patience. */
const FIND_TIMEOUT_MS = 10_000

/**
 * The folders of /run in which this service makes files: the highest one that is not everybody's, "/run/x" or
 * "/run/lock/x", each once.
 */
export function runFolders(writable: readonly WritableFact[]): string[] {
  const folders = writable.flatMap(({ path, kind }) => {
    const parts = throughRun(path).split('/').slice(1)
    if (parts[0] !== 'run') return []
    const depth = COMMON.has(parts[1] ?? '') ? 3 : 2
    // A file straight in a common folder has no folder of its own.
    if (parts.length < depth + (kind === 'directory' ? 0 : 1)) return []
    return [`/${parts.slice(0, depth).join('/')}`]
  })
  return [...new Set(folders)].sort()
}

/** Unix sockets bound below the folders that no process of the unit holds; takes the text of /proc/net/unix. */
export function foreignSockets(
  table: string,
  folders: readonly string[],
  own: ReadonlySet<string>,
): ForeignHolding[] {
  const found = table.split('\n').flatMap((line): ForeignHolding[] => {
    const [, inode, bound] = /^\S+: \S+ \S+ \S+ \S+ \S+\s+(\d+) (\/.*)$/.exec(line) ?? []
    if (inode === undefined || bound === undefined || own.has(inode)) return []
    const path = throughRun(bound)
    return isBelowAny(path, folders)
      ? [{ path, by: 'socket', why: `another process listens on ${path}` }]
      : []
  })
  return [...new Map(found.map((one) => [one.path, one])).values()]
}

/**
 * Folders below /run that tmpfiles.d(5) makes at boot, from `systemd-tmpfiles --cat-config`: they are made for whoever
 * needs them, whether or not this service runs.
 */
export function tmpfilesFolders(config: string, folders: readonly string[]): ForeignHolding[] {
  return config.split('\n').flatMap((line): ForeignHolding[] => {
    const [type = '', named = ''] = line.trim().split(/\s+/)
    if (!/^[dDevqQ][!+=~^$-]*$/.test(type)) return []
    const path = throughRun(named.replace(/^"|"$/g, ''))
    return isBelowAny(path, folders)
      ? [{ path, by: 'tmpfiles', why: `tmpfiles.d creates ${path} at boot` }]
      : []
  })
}

/** RuntimeDirectory= of other units, from `systemctl show --property=Id,RuntimeDirectory` of several units. */
export function otherUnitsFolders(shown: string, unit: string, folders: readonly string[]): ForeignHolding[] {
  return shown.split('\n\n').flatMap((block): ForeignHolding[] => {
    const id = /^Id=(.*)$/m.exec(block)?.[1] ?? ''
    const names = (/^RuntimeDirectory=(.*)$/m.exec(block)?.[1] ?? '').split(' ').filter(Boolean)
    if (id === '' || id === unit) return []
    return names
      .map((name) => `/run/${name.split(':')[0]}`)
      .filter((path) => isBelowAny(path, folders))
      .map((path) => ({ path, by: 'unit' as const, why: `systemd creates ${path} for ${id}` }))
  })
}

/** One entry as find(1) prints it with `-printf '%y %U %p\0'`. */
interface Entry {
  kind: string
  uid: number
  path: string
}

function entriesIn(printed: string): Entry[] {
  return printed.split('\0').flatMap((record): Entry[] => {
    const [, kind, uid, path] = /^(.) (\d+) (.*)$/s.exec(record) ?? []
    return kind === undefined || uid === undefined || path === undefined
      ? []
      : [{ kind, uid: Number(uid), path }]
  })
}

/** Entries that neither root nor an account of this service owns. */
export function foreignOwners(printed: string, ownUids: ReadonlySet<number>): ForeignHolding[] {
  return entriesIn(printed)
    .filter(({ uid }) => !ownUids.has(uid))
    .map(({ uid, path }) => ({ path, by: 'owner' as const, why: `${path} belongs to uid ${uid}` }))
}

/** Files in the folders that other processes hold open; takes find's `-printf '%p %l\0'` of /proc/PID/fd links. */
export function foreignOpenFiles(printed: string, ownPids: ReadonlySet<number>): ForeignHolding[] {
  return printed.split('\0').flatMap((record): ForeignHolding[] => {
    const [, pid, target] = /^\/proc\/(\d+)\/fd\/\d+ (\/.*)$/s.exec(record) ?? []
    if (pid === undefined || target === undefined || ownPids.has(Number(pid))) return []
    return [{ path: target, by: 'open', why: `process ${pid} of another unit has ${target} open` }]
  })
}

async function pidFilesOfOthers(
  host: Host,
  printed: string,
  ownPids: ReadonlySet<number>,
): Promise<ForeignHolding[]> {
  const found: ForeignHolding[] = []
  for (const { path, kind } of entriesIn(printed)) {
    if (kind !== 'f' || !path.endsWith('.pid')) continue
    const start = await host.readBytes(path, 16)
    const pid = Number(new TextDecoder().decode(start).trim())
    if (!Number.isInteger(pid) || pid < 1 || ownPids.has(pid)) continue
    // A pid without a process means an old file of anybody, perhaps of this service's last run.
    if ((await host.stat(`/proc/${pid}`)) !== undefined)
      found.push({ path, by: 'pid-file', why: `${path} names process ${pid} of another unit` })
  }
  return found
}

/**
 * Things of others in the service's folders below /run: systemd removes a RuntimeDirectory= with all its content at
 * each stop, and gives it to the unit's account at each start (systemd.exec(5)). Empty if the service creates nothing
 * there.
 */
export async function readForeignHoldings(
  host: Host,
  unit: string,
  seen: {
    processes: readonly ProcessFacts[]
    sockets: readonly SocketFacts[]
    writable: readonly WritableFact[]
  },
  gaps: BlindSpots,
): Promise<ForeignHolding[]> {
  const folders = runFolders(seen.writable)
  if (folders.length === 0) return []
  const pids = new Set(seen.processes.map(({ pid }) => pid))
  const uids = new Set([0, ...seen.processes.flatMap(({ uid }) => Object.values(uid))])
  const run = async (argv: string[]) =>
    (await orBlindSpot(gaps, argv.join(' '), host.run(argv, { timeoutMs: FIND_TIMEOUT_MS })))?.stdout ?? ''
  const table = (await orBlindSpot(gaps, '/proc/1/net/unix', host.read('/proc/1/net/unix'))) ?? ''
  const entries = await run(['find', ...folders, '-xdev', '-mindepth', '1', '-printf', '%y %U %p\\0'])
  const named = folders.flatMap((folder, at) => [
    ...(at === 0 ? [] : ['-o']),
    '-lname',
    `${asGlob(folder)}/*`,
  ])
  const links = ['find', '/proc', '-mindepth', '3', '-maxdepth', '3', '-path', '/proc/[0-9]*/fd/*']
  const open = await run([...links, '(', ...named, ')', '-printf', '%p %l\\0'])
  const shown = await run(['systemctl', 'show', '--property=Id,RuntimeDirectory', '*.service', '*.socket'])
  return [
    ...foreignSockets(table, folders, new Set(seen.sockets.map(({ inode }) => inode))),
    ...foreignOwners(entries, uids),
    ...(await pidFilesOfOthers(host, entries, pids)),
    ...foreignOpenFiles(open, pids),
    ...otherUnitsFolders(shown, unit, folders),
    ...tmpfilesFolders(await run(['systemd-tmpfiles', '--cat-config']), folders),
  ]
}

/** A path in which find's -lname takes no character for a pattern. */
function asGlob(path: string): string {
  return path.replaceAll(/[*?[\]\\]/g, (character) => `\\${character}`)
}
