import { dirname } from 'node:path/posix'
import { orElse } from '../../host/errors.ts'
import type { FileStat, Host } from '../../host/host.ts'
import { type BlindSpots, mapFew, orBlindSpot } from '../blind-spots.ts'
import type { Facts } from '../facts.ts'
import { isHarmlessDevice, isPluggable } from '../files/devices.ts'
import { parseInterpreterLine } from '../files/interpreter-line.ts'
import { isOfPackages } from '../files/of-packages.ts'
import { isOpenToAll } from '../files/open-to-all.ts'
import { keepsRoot, mayServeLogins } from '../proc/rights.ts'
import type { NamedThing } from '../reach-facts.ts'
import { configurationFiles, configurationText, givenWords } from './configuration.ts'
import { accountsOfArguments, namedWords } from './named-words.ts'
import { isProgram, programsBeside } from './programs-beside.ts'

const GIVEN = 'its command line or environment'
const MAX_NAMED = 100
/** Paths that are looked at, of those that stand in configuration files. */
const MAX_PATHS = 1000
const HOME = /^\/(?:home|root)\/[^/]/
/** Names of libraries, which are mapped and not started, and of files that nobody starts. */
const NO_PROGRAM = /\.so(?:\.|$)|^\/etc\/init\.d\/|^\/dev\/|^\/proc\/|^\/sys\//
/** A file that others find by its name, so that it is not the service's alone. */
const TEMPORARY = /^\/(?:var\/)?tmp\/./
const SETUID = 0o4000
const SETGID = 0o2000

/**
 * What configuration and arguments name and what is there: programs, homes, folders and files that may be written,
 * devices, machines and accounts, and files that others may look for in /tmp. `packaged`: what the packages of its
 * programs brought.
 */
export async function namedThings(
  host: Host,
  facts: Facts,
  packaged: readonly string[],
  accounts: ReadonlySet<string>,
  gaps: BlindSpots,
): Promise<NamedThing[]> {
  // What its scripts are read by runs other scripts as well.
  const started = facts.executables.filter(({ from }) => from.some((one) => one !== 'interpreter'))
  const own = new Set([
    ...started.flatMap(({ path, alsoNamed = [] }) => [path, ...alsoNamed]),
    ...facts.processes.map(({ executable }) => executable),
  ])
  const found = new Map<string, NamedThing>()
  const add = (thing: NamedThing) => {
    const key = `${thing.kind} ${thing.name}`
    if (found.size < MAX_NAMED && !found.has(key)) found.set(key, thing)
  }
  const addAccount = (name: string, where: string) => {
    if (name !== 'root' && accounts.has(name)) add({ kind: 'account', name, where })
  }
  for (const { argv, name } of facts.processes)
    for (const account of accountsOfArguments(argv)) addAccount(account, `the command line of ${name}`)
  const given = await givenWords(host, facts, gaps)
  for (const name of given.hosts) add({ kind: 'host', name, where: GIVEN })
  for (const name of given.kept) add({ kind: 'temporary', name, where: GIVEN })
  if (given.everything) add({ kind: 'everything', name: '/', where: 'its command line' })
  for (const path of new Set(given.paths)) {
    // A configuration names it for what it says of each home.
    if (path === '/home') add({ kind: 'home', name: path, where: GIVEN })
    const things = await existing(host, facts, path, GIVEN, gaps)
    // A program among them may be a script that it was given, or itself.
    const isOther = given.further.includes(path) && !own.has(path)
    for (const thing of things) {
      const isStarted = isOther && !own.has(thing.name) && (await isProgram(host, thing.name))
      if (thing.kind !== 'program' || isStarted) add(thing)
    }
  }
  const looked = new Set<string>()
  const files = await configurationFiles(host, facts, packaged, gaps)
  for (const file of files) {
    const text = await configurationText(host, file, gaps)
    if (text === undefined) continue
    const words = namedWords(text)
    for (const name of words.accounts) addAccount(name, file)
    for (const name of words.hosts) add({ kind: 'host', name, where: file })
    if (words.everything) add({ kind: 'everything', name: '/', where: file })
    if (words.homes) add({ kind: 'home', name: '/home', where: file })
    for (const name of words.homeFiles) add({ kind: 'home-file', name, where: file })
    for (const name of words.kept) add({ kind: 'temporary', name, where: file })
    for (const path of words.paths) {
      if (TEMPORARY.test(path)) add({ kind: 'temporary', name: path, where: file })
      if (looked.size >= MAX_PATHS || looked.has(path) || own.has(path)) continue
      looked.add(path)
      const things = await existing(host, facts, path, file, gaps)
      const isCommand = words.commands.includes(path)
      for (const thing of things)
        if (!own.has(thing.name))
          add(isCommand && thing.kind === 'program' ? { ...thing, command: true } : thing)
    }
  }
  for (const thing of await programsBeside(host, files, gaps)) if (!own.has(thing.name)) add(thing)
  // Last, since a folder that it was told to use is more than one that it works in.
  for (const folder of new Set(given.folders)) {
    const real = await folderToWrite(host, facts, folder, gaps)
    if (real !== undefined)
      add({ kind: 'folder', name: real, where: 'its working directory', workplace: true })
  }
  return mapFew([...found.values()], async (thing) => withOpen(host, await withScript(host, thing), gaps))
}

async function withScript(host: Host, thing: NamedThing): Promise<NamedThing> {
  if (thing.kind !== 'program' || isOfPackages(thing.name)) return thing
  const head = await host.readBytes(thing.name, HEAD_BYTES).catch(orElse(undefined))
  return head && parseInterpreterLine(head) ? { ...thing, script: true } : thing
}

async function withOpen(host: Host, thing: NamedThing, gaps: BlindSpots): Promise<NamedThing> {
  const isOpen = thing.kind === 'folder' && (await isOpenToAll(host, thing.name, gaps))
  return isOpen ? { ...thing, open: true } : thing
}

/**
 * No service keeps its data there, or every service does (hier(7)); links are followed before. A folder such as /srv is
 * one service's if it names it.
 */
const SYSTEM_FOLDER =
  /^\/(?:$|(?:bin|boot|dev|efi|etc|lib\w*|proc|run|sbin|sys|tmp|usr)(?:\/|$)|var\/(?:run|tmp)(?:\/|$)|(?:home|root|var)$|var\/(?:backups|cache|lib|local|lock|log|opt|spool)$)/
/** Programs in these folders are of all kinds. */
const MIXED_FOLDER = /^\/(?:media|mnt|opt|srv|var\/[^/]+)$/

/** No service keeps a file there that it writes, or its folder is the one that counts. */
const SYSTEM_TREE = /^\/(?:bin|boot|dev|efi|etc|lib\w*|proc|run|sbin|sys|tmp|usr|var\/(?:run|tmp))\//
/** Programs for an interpreter, settings and keys: a service reads them. */
const NO_DATA =
  /\.(?:[cm]?[jt]s|py|pl|rb|php|lua|jar|war|sh|conf|cfg|cnf|ini|json|xml|ya?ml|toml|properties|env|pem|key|crt)$/

/** What tells as whom it may write. */
type Service = Pick<Facts, 'processes' | 'pamServices'>

/**
 * Whether a process could write there by owner, group and mode. Only a service that is all root is asked as root; one
 * that acts as whoever logs in may become the owner, who need not be a person: one account often has the files of all.
 */
function mayWrite(service: Service, { uid, gid, mode }: FileStat): boolean {
  const { processes } = service
  const allRoot = processes.every(keepsRoot)
  if (uid !== 0 && mayServeLogins(service)) return true
  return processes.some((process) => {
    if (keepsRoot(process)) return allRoot
    if (process.uid.effective === uid) return (mode & 0o200) !== 0
    if (process.gid.effective === gid || process.groups.includes(gid)) return (mode & 0o020) !== 0
    return (mode & 0o002) !== 0
  })
}

/** The real path of a folder that is there, if its processes may write into it and it is not everybody's. */
async function folderToWrite(
  host: Host,
  service: Service,
  path: string,
  gaps: BlindSpots,
): Promise<string | undefined> {
  if (SYSTEM_FOLDER.test(path)) return undefined
  const real = await orBlindSpot(gaps, path, host.resolve(path))
  if (real === undefined || SYSTEM_FOLDER.test(real)) return undefined
  const stat = await orBlindSpot(gaps, real, host.stat(real))
  return stat?.kind === 'directory' && mayWrite(service, stat) ? real : undefined
}

/** What a name leads to straight in a folder of everybody's, such as /srv/disk.img, where its folder does not count; and a device. */
function fileToUse(service: Service, real: string, stat: FileStat): 'file' | 'device' | undefined {
  if (stat.kind === 'char' || stat.kind === 'block') return isHarmlessDevice(real) ? undefined : 'device'
  const isData = stat.kind === 'file' && !SYSTEM_TREE.test(real) && !NO_DATA.test(real)
  return isData && mayWrite(service, stat) ? 'file' : undefined
}

/** Deep enough for a site's folder of scripts, shallow enough for a tree of data. */
const PROGRAMS_DEPTH = '3'
const FIND_TIMEOUT_MS = 3000

/** More files are not looked into. */
const MAX_LOOKED_INTO = 100
/** Enough for a "#!" line. */
const HEAD_BYTES = 256

async function foundBy(host: Host, argv: readonly string[], gaps: BlindSpots): Promise<string> {
  const found = await orBlindSpot(gaps, argv.join(' '), host.run(argv, { timeoutMs: FIND_TIMEOUT_MS }))
  return found?.stdout ?? ''
}

/** Server Side Includes (NCSA httpd): a page that has a command in it is a program. */
const COMMAND = '<!--#exec'
const MAX_PAGE = '-64k'

async function hasCommands(host: Host, path: string, gaps: BlindSpots): Promise<boolean> {
  const pages = ['find', path, '-maxdepth', PROGRAMS_DEPTH, '-type', 'f', '-size', MAX_PAGE]
  return (await foundBy(host, [...pages, '-exec', 'grep', '-lsF', COMMAND, '{}', '+'], gaps)) !== ''
}

/**
 * Whether a folder that is named, and not the system's, has programs in it, or pages with commands. What the service wrote itself may be data
 * with a careless mode.
 */
async function hasPrograms(host: Host, service: Service, path: string, gaps: BlindSpots): Promise<boolean> {
  if (SYSTEM_FOLDER.test(path) || MIXED_FOLDER.test(path)) return false
  const { processes } = service
  const find = ['find', path, '-maxdepth', PROGRAMS_DEPTH, '-type', 'f', '-perm', '/111']
  if ((await foundBy(host, [...find, '-print', '-quit'], gaps)) === '') return hasCommands(host, path, gaps)
  const all = (await foundBy(host, [...find, '-printf', '%U %p\\0'], gaps)).split('\0').filter(Boolean)
  if (all.length === 0 || all.length > MAX_LOOKED_INTO) return true
  const accounts = processes.map(({ uid }) => uid.effective).filter((uid) => uid !== 0)
  const open = processes.flatMap(({ openFiles }) => openFiles.filter(({ writable }) => writable))
  for (const line of all) {
    const [uid = '', ...words] = line.split(' ')
    const file = words.join(' ')
    const isOwn = accounts.includes(Number(uid)) || open.some((one) => one.path === file)
    if (!isOwn || (await isProgram(host, file))) return true
  }
  return false
}

/**
 * What a name leads to: a home, a program, a folder of programs, a device, or the folder in which the service may write
 * what is named, or the file itself where everybody's folder holds it.
 */
async function existing(
  host: Host,
  service: Service,
  path: string,
  where: string,
  gaps: BlindSpots,
): Promise<NamedThing[]> {
  const real = await orBlindSpot(gaps, path, host.resolve(path))
  if (real === undefined && isPluggable(path)) return [{ kind: 'device', name: path, where }]
  const stat = real === undefined ? undefined : await orBlindSpot(gaps, real, host.stat(real))
  const isStarted = stat?.kind === 'file' && (stat.mode & 0o111) !== 0
  if (real !== undefined && HOME.test(real))
    return [{ kind: 'home', name: real, where }, ...(isStarted ? [asProgram(real, stat, where)] : [])]
  if (real === undefined || !isStarted) {
    const isFolder = real !== undefined && stat?.kind === 'directory'
    const within = dirname(path)
    // A file in a folder such as /srv tells of itself alone.
    const place = isFolder ? path : MIXED_FOLDER.test(within) ? undefined : within
    const folder = place === undefined ? undefined : await folderToWrite(host, service, place, gaps)
    const programs = isFolder && (await hasPrograms(host, service, real, gaps))
    const used = real === undefined || stat === undefined ? undefined : fileToUse(service, real, stat)
    if (real !== undefined && folder === undefined && used !== undefined)
      return [{ kind: used, name: real, where }]
    return [
      ...(folder === undefined ? [] : [{ kind: 'folder' as const, name: folder, where }]),
      ...(programs ? [{ kind: 'programs' as const, name: real, where }] : []),
    ]
  }
  return NO_PROGRAM.test(real) ? [] : [asProgram(real, stat, where)]
}

function asProgram(name: string, { mode }: FileStat, where: string): NamedThing {
  const privileged = (mode & (SETUID | SETGID)) !== 0
  return { kind: 'program', name, where, ...(privileged ? { privileged } : {}) }
}
