import type { Host } from '../../host/host.ts'
import { isBelow, isBelowAnother } from '../../host/paths.ts'
import { type BlindSpots, mapFew, orBlindSpot } from '../blind-spots.ts'
import type { OwnedFolder, ProcessFacts } from '../facts.ts'
import { perHost } from '../per-host.ts'
import { isOpenToAll } from './open-to-all.ts'

/** Where services keep what they write (file-hierarchy(7)), and where applications bring such a folder along. */
const PLACES = ['/var', '/srv', '/run', '/etc', '/opt', '/usr/local']
/** Many folders, hardly one of which is for data: deep enough for /usr/share/NAME/uploads. */
const SYSTEM_PLACES = ['/usr/share', '/usr/lib']
const SYSTEM_DEPTH = 2
/** Folders of / that the hierarchy has; what else lies there was made for the data of this machine. */
const IN_ROOT =
  /^(?:bin|boot|dev|efi|etc|home|lib\w*|lost\+found|media|mnt|opt|proc|root|run|sbin|srv|sys|tmp|usr|var)$/
/** Deep enough for /var/spool/NAME/PART/DAY, shallow enough to be quick on a big data tree. */
const MAX_DEPTH = 4
const FIND_TIMEOUT_MS = 10_000
/** More folders than this are one account's whole tree of data, listed by its parts. */
const MAX_FOLDERS = 40
/** The overflow account is shared by everybody who has none (user_namespaces(7)). */
const OVERFLOW_ID = 65534

function outermost(folders: readonly OwnedFolder[]): OwnedFolder[] {
  const first = folders.filter(({ path }, at) => folders.findIndex((one) => one.path === path) === at)
  const paths = first.map(({ path }) => path)
  return first.filter(({ path }) => !isBelowAnother(path, paths))
}

/** Ids under which the service acts: of its processes, but not root's, which owns nearly everything. */
function actingIds(processes: readonly ProcessFacts[], which: 'uid' | 'gid'): number[] {
  const ids = processes.flatMap((process) => [
    ...Object.values(process[which]),
    ...(which === 'gid' ? process.groups : []),
  ])
  return [...new Set(ids)].filter((id) => id > 0 && id !== OVERFLOW_ID).sort((a, b) => a - b)
}

/** `-uid 33 -o -uid 34 -o ( -gid 33 -perm -020 )`: folders that one of these ids may write into. */
function ownership(uids: readonly number[], gids: readonly number[]): string[] {
  const tests = [
    ...uids.map((id) => ['-uid', String(id)]),
    ...gids.map((id) => ['(', '-gid', String(id), '-perm', '-020', ')']),
  ]
  return tests.flatMap((test, at) => (at === 0 ? test : ['-o', ...test]))
}

/** One folder each of find's `-printf '%U %g %p\0'`; what is torn is left out. */
function recordsIn(printed: string): { uid: number; group: string; path: string }[] {
  return printed.split('\0').flatMap((record) => {
    const [, uid, group = '', path] = /^(\d+) (\S+) (\/.*)$/s.exec(record) ?? []
    return path === undefined ? [] : [{ uid: Number(uid), group, path }]
  })
}

/** What find printed, each with why the service may write there: see recordsIn(). */
export function foldersOfAccounts(printed: string, uids: readonly number[]): OwnedFolder[] {
  return recordsIn(printed).map(({ uid, group, path }) => {
    const why = uids.includes(uid)
      ? `${path} belongs to uid ${uid}, its account.`
      : `${path} can be written by its group ${group}.`
    return { path, why }
  })
}

/** Folders for data among the files of packages. */
export function foldersOfPackages(listed: readonly string[]): OwnedFolder[] {
  const data = /^(?:\/var\/(?:lib|spool|cache|log)|\/srv)\/[^/]+$/
  return listed
    .filter((path) => data.test(path))
    .map((path) => ({ path, why: `${path} came with its package.` }))
}

/** The log folders of packages are setgid for their readers. */
const LOGS = '/var/log'

/** What is setgid in its folders: a program that shares files with a group makes new folders so. */
async function setgidBelow(
  host: Host,
  folders: readonly OwnedFolder[],
  gaps: BlindSpots,
): Promise<string | undefined> {
  const places = folders.map(({ path }) => path).filter((path) => path !== LOGS && !isBelow(path, LOGS))
  if (places.length === 0) return undefined
  const argv = ['find', ...places, '-xdev', '-maxdepth', String(MAX_DEPTH), '-type', 'd', '-perm', '-2000']
  const run = host.run([...argv, '-print0', '-quit'], { timeoutMs: FIND_TIMEOUT_MS })
  const printed = (await orBlindSpot(gaps, argv.join(' '), run))?.stdout ?? ''
  return printed.split('\0')[0] || undefined
}

async function asFound(host: Host, folder: OwnedFolder, gaps: BlindSpots): Promise<OwnedFolder> {
  const stat = await orBlindSpot(gaps, folder.path, host.stat(folder.path))
  if (stat === undefined) return folder
  return {
    ...folder,
    uid: stat.uid,
    ...((await isOpenToAll(host, folder.path, gaps)) ? { open: true as const } : {}),
  }
}

/** What find prints of the folders that pass one of these tests, in all places for data. */
async function foldersFound(
  host: Host,
  tests: readonly string[],
  gaps: BlindSpots,
  more: readonly string[] = [],
): Promise<string> {
  const searches = [
    { places: [...(await placesForData(host)), ...more], depth: MAX_DEPTH },
    { places: SYSTEM_PLACES, depth: SYSTEM_DEPTH },
  ]
  const printed = await mapFew(searches, async ({ places, depth }) => {
    const argv = [
      ...['find', ...places, '-maxdepth', String(depth), '-type', 'd', '(', ...tests, ')'],
      ...['-printf', '%U %g %p\\0', '-prune'],
    ]
    const run = host.run(argv, { timeoutMs: FIND_TIMEOUT_MS })
    return (await orBlindSpot(gaps, argv.join(' '), run))?.stdout ?? ''
  })
  return printed.join('')
}

/** ls(1) marks them with "+"; the journal has one for its readers. */
const WITH_ACL = /^d\S{9}\+ [^/]*(\/.*)$/
const JOURNAL = '/var/log/journal'
const ACL_DEPTH = 3

/** Folders that an access control list may open to an account that neither owns them nor is in their group: acl(5). */
export function foldersWithLists(listed: string): OwnedFolder[] {
  return listed
    .split('\n')
    .flatMap((line) => WITH_ACL.exec(line)?.[1] ?? [])
    .filter((path) => !isBelow(path, JOURNAL))
    .map((path) => ({
      path,
      why: `${path} has an access control list, which may let its account write there.`,
    }))
}

async function findFoldersWithLists(host: Host, gaps: BlindSpots): Promise<OwnedFolder[]> {
  const places = (await placesForData(host)).filter((path) => path !== '/run')
  const listing = ['-exec', 'ls', '-dln', '{}', '+']
  const argv = ['find', ...places, '-maxdepth', String(ACL_DEPTH), '-type', 'd', ...listing]
  const run = host.run(argv, { timeoutMs: FIND_TIMEOUT_MS })
  return foldersWithLists((await orBlindSpot(gaps, 'find', run))?.stdout ?? '').slice(0, MAX_FOLDERS)
}

const readFoldersWithLists = perHost(findFoldersWithLists)

/** Where services keep data, and what lies in / for the data of this machine. */
async function placesForData(host: Host): Promise<string[]> {
  const others = (await host.list('/')).filter((name) => !IN_ROOT.test(name)).map((name) => `/${name}`)
  return [...PLACES, ...others]
}

/** Folders that have a file or a folder for each account: hier(7). */
export const OF_ACCOUNTS: readonly string[] = ['/home', '/var/mail', '/var/spool/mail']
const MEDIA = ['/media', '/mnt']
/** Ids of people, by the custom of login.defs(5), and the group that people are in by default. */
const OF_PEOPLE = ['-uid', '+999', '!', '-uid', String(OVERFLOW_ID)]
const OF_THEIR_GROUPS = ['-perm', '-020', '(', '-gid', '+999', '-o', '-group', 'users', ')']
const OF_ALL = ['-perm', '-002', '!', '-path', '/var/tmp', '!', '-path', '/var/crash', '!', '-path', '/run/*']

/**
 * Folders that people own or may write: a service that acts as whoever logs in writes there for them, and whoever looks
 * at it sees none of these accounts in it.
 */
export async function readFoldersOfPeople(host: Host, gaps: BlindSpots): Promise<OwnedFolder[]> {
  const tests = [OF_PEOPLE, OF_THEIR_GROUPS, OF_ALL].flatMap((test, at) => [
    ...(at === 0 ? [] : ['-o']),
    ...['(', ...test, ')'],
  ])
  const printed = await foldersFound(host, tests, gaps, MEDIA)
  const kept = await mapFew(OF_ACCOUNTS, async (path) =>
    (await orBlindSpot(gaps, path, host.stat(path)))?.kind === 'directory' ? [path] : [],
  )
  return outermost([
    ...kept.flat().map((path) => ({ path, why: `${path} has a place for each account.` })),
    ...recordsIn(printed).map(({ path }) => ({ path, why: `${path} can be written by people who log in.` })),
  ]).slice(0, MAX_FOLDERS)
}

/**
 * Folders that exist for the service to write into, even if it was not seen writing: folders for data and of
 * applications that its accounts own or may write, and data folders of its package. A mail, an upload or a rotated file
 * may come there on a day that no proof played. `packaged`: what the packages of its programs brought.
 */
export async function readOwnedFolders(
  host: Host,
  processes: readonly ProcessFacts[],
  packaged: readonly string[],
  gaps: BlindSpots,
): Promise<OwnedFolder[]> {
  const [uids, gids] = [actingIds(processes, 'uid'), actingIds(processes, 'gid')]
  const tests = ownership(uids, gids)
  const found = tests.length === 0 ? '' : await foldersFound(host, tests, gaps)
  const listed = tests.length === 0 ? [] : await readFoldersWithLists(host, gaps)
  const folders = outermost([...foldersOfAccounts(found, uids), ...foldersOfPackages(packaged), ...listed])
  const some = folders.slice(0, MAX_FOLDERS)
  const marked = await setgidBelow(host, some, gaps)
  const known = await Promise.all(some.map((folder) => asFound(host, folder, gaps)))
  return known.map((folder) =>
    marked !== undefined && isBelow(marked, folder.path) ? { ...folder, setgid: marked } : folder,
  )
}
