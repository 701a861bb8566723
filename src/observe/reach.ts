import { join } from 'node:path/posix'
import { orElse } from '../host/errors.ts'
import type { Host } from '../host/host.ts'
import { type BlindSpots, mapFew, orBlindSpot } from './blind-spots.ts'
import { homesOf, parsePasswd } from './config/accounts.ts'
import { configurationText } from './config/configuration.ts'
import { namedThings } from './config/named-things.ts'
import { sudoSubjects } from './config/named-words.ts'
import { scriptedLibrary } from './config/texts-of-languages.ts'
import type { Facts } from './facts.ts'
import { readController } from './files/controllers.ts'
import { capablePrograms } from './files/file-capabilities.ts'
import { parseInterpreterLine, SEARCH_PATH } from './files/interpreter-line.ts'
import { isOfPackages } from './files/of-packages.ts'
import { readTellingPrograms } from './files/telling-programs.ts'
import { MAILER } from './files/telling-texts.ts'
import { perHost } from './per-host.ts'
import type { NamedThing, ReachFacts } from './reach-facts.ts'

const MAX_SCRIPTS = 3000
const LINE_BYTES = 64
/**
 * What a service may come to do though nobody saw it: what its configuration, arguments and programs name, and what its
 * rights say. Reads names alone: no value of a configuration is kept that is not the name of something that is there.
 */
export async function readReach(host: Host, facts: Facts, packaged: readonly string[]): Promise<ReachFacts> {
  const gaps: BlindSpots = new Set()
  const passwd = (await orBlindSpot(gaps, PASSWD, host.read(PASSWD))) ?? ''
  const accounts = new Set(parsePasswd(passwd).map(({ name }) => name))
  const interpreters = await interpretersAtWork(host, facts, gaps)
  const known = await interpretersOf(host, gaps)
  const named = await namedThings(host, facts, packaged, accounts, gaps)
  const { linked, ...told } = await readTellingPrograms(host, facts, gaps)
  const scripted = told.embedded ?? (await scriptedLibrary(host, facts, linked))
  return {
    named: [
      ...named.map((thing) => (known.has(thing.name) ? { ...thing, interpreter: true as const } : thing)),
      ...(await ownHomes(host, facts, passwd, gaps)),
    ],
    ...told,
    ...(scripted === undefined ? {} : { embedded: scripted }),
    interpreters,
    scripts: ownScripts(facts, packaged),
    capable: await capablePrograms(host, gaps),
    ...(await readMailer(host, gaps)),
    ...(await controllerOf(host, facts, gaps)),
    sudo: await sudoRules(host, facts, gaps),
  }
}

/** Linux Standard Base, init scripts. */
const OF_LSB = /^\/etc\/init\.d\//

/** By all their names, since a unit may name a link. */
function ownScripts({ executables }: Facts, packaged: readonly string[]): string[] {
  const brought = new Set(packaged)
  return executables
    .filter(({ kind, from }) => kind === 'script' && from.includes('exec'))
    .map(({ path, alsoNamed = [] }) => [path, ...alsoNamed])
    .filter((names) => !names.some((name) => isOfPackages(name) || OF_LSB.test(name) || brought.has(name)))
    .flat()
}

async function controllerOf(
  host: Host,
  facts: Facts,
  gaps: BlindSpots,
): Promise<Pick<ReachFacts, 'controller'>> {
  const controller = await readController(host, facts, gaps)
  return controller === undefined ? {} : { controller }
}

const PASSWD = '/etc/passwd'
/** Among people's; what lies elsewhere no setting for homes hides. */
const PERSONAL_HOME = /^\/home\/[^/]+/

/** Homes of the accounts as which it runs: programs keep settings and keys there, for what they do now and then. */
async function ownHomes(
  host: Host,
  { processes }: Facts,
  passwd: string,
  gaps: BlindSpots,
): Promise<NamedThing[]> {
  const uids = new Set(processes.map(({ uid }) => uid.effective).filter((uid) => uid > 0))
  const homes = homesOf(passwd, uids).filter((home) => PERSONAL_HOME.test(home))
  const there = await mapFew(
    homes,
    async (home) => (await orBlindSpot(gaps, home, host.stat(home))) !== undefined,
  )
  return homes.filter((_, at) => there[at]).map((name) => ({ kind: 'home', name, where: PASSWD }))
}

const SETUID = 0o4000

async function readMailer(
  host: Host,
  gaps: BlindSpots,
): Promise<Pick<ReachFacts, 'mailer' | 'mailerIsRoot'>> {
  const mailer = await orBlindSpot(gaps, MAILER, host.resolve(MAILER))
  if (mailer === undefined) return {}
  const stat = await orBlindSpot(gaps, mailer, host.stat(mailer))
  const isRoot = stat !== undefined && stat.uid === 0 && (stat.mode & SETUID) !== 0
  return { mailer, ...(isRoot ? { mailerIsRoot: true } : {}) }
}

/** A script's text, or an archive of programs (ZIP), and no configuration. */
const CONFIGURATION =
  /^\/(?:etc|proc|sys|dev|run)\/|\.(?:conf|cfg|cnf|cf|ini|json|xml|ya?ml|toml|properties)$/

async function isGivenProgram(host: Host, path: string, gaps: BlindSpots): Promise<boolean> {
  if (CONFIGURATION.test(path)) return false
  const head = await orBlindSpot(gaps, path, host.readBytes(path, 64))
  if (head === undefined || head.length === 0) return false
  const text = Buffer.from(head).toString('latin1')
  return text.startsWith('PK\u0003\u0004') || text.startsWith('#!') || isScriptNamed(path, head)
}

function isScriptNamed(path: string, head: Uint8Array): boolean {
  return !head.includes(0) && /\.[a-z]{1,4}$/i.test(path) && !/\.(?:log|pid|sock|dat|txt|db)$/.test(path)
}

/** Where the system keeps the scripts whose first lines tell what an interpreter is. */
const SCRIPTS = ['/usr/bin', '/usr/local/bin', '/usr/sbin']

/** Programs that some script of the system names in its "#!" line: links followed. */
async function interpretersOfSystem(host: Host, gaps: BlindSpots): Promise<Set<string>> {
  const found = new Set<string>()
  for (const folder of SCRIPTS) {
    const names = (await orBlindSpot(gaps, folder, host.list(folder))) ?? []
    const lines = await mapFew(names.slice(0, MAX_SCRIPTS), async (name) => {
      const head = await host.readBytes(`${folder}/${name}`, LINE_BYTES).catch(orElse(undefined))
      return head && parseInterpreterLine(head)
    })
    for (const { interpreter, started } of lines.filter((line) => line !== undefined)) {
      found.add(interpreter)
      if (started?.startsWith('/')) found.add(started)
      else if (started !== undefined) for (const place of SEARCH_PATH) found.add(`${place}/${started}`)
    }
  }
  const real = await mapFew([...found], (path) => host.resolve(path).catch(orElse(undefined)))
  return new Set(real.filter((path) => path !== undefined))
}

const interpretersOf = perHost(interpretersOfSystem)

/** login(1) starts a shell so: it runs no script. */
function isLoginShell(argv: readonly string[]): boolean {
  return argv.length === 1 && argv[0]?.startsWith('-') === true
}

/** More words are a command for another program. */
const MAX_WORDS = 6

/** The first file among its arguments, which a program finds from the folder that it was started in. */
async function givenFile(
  host: Host,
  pid: number,
  argv: readonly string[],
  gaps: BlindSpots,
): Promise<string | undefined> {
  const words = argv.slice(1, 1 + MAX_WORDS).filter((word) => word !== '' && !word.startsWith('-'))
  const folder = words.some((word) => !word.startsWith('/'))
    ? await orBlindSpot(gaps, `/proc/${pid}/cwd`, host.readlink(`/proc/${pid}/cwd`))
    : undefined
  for (const word of words) {
    const path = word.startsWith('/') ? word : folder && join(folder, word)
    const stat = path && (await host.stat(path).catch(orElse(undefined)))
    if (stat && stat.kind === 'file') return path
  }
  return undefined
}

/** Programs that run what another file says: those that "#!" lines name, and those that were given a script to run. */
async function interpretersAtWork(host: Host, facts: Facts, gaps: BlindSpots): Promise<string[]> {
  const named = await interpretersOf(host, gaps)
  const found = new Set<string>()
  for (const { pid, executable, argv } of facts.processes) {
    if (isLoginShell(argv)) continue
    if (named.has(executable)) found.add(executable)
    else {
      const given = await givenFile(host, pid, argv, gaps)
      if (given !== undefined && given !== executable && (await isGivenProgram(host, given, gaps)))
        found.add(executable)
    }
  }
  return [...found].sort()
}

const SUDOERS = '/etc/sudoers'

/** Those of its accounts and groups that sudoers(5) has a rule for. */
async function sudoRules(host: Host, facts: Facts, gaps: BlindSpots): Promise<string[]> {
  const files = [
    SUDOERS,
    ...((await orBlindSpot(gaps, `${SUDOERS}.d`, host.list(`${SUDOERS}.d`))) ?? []).map(
      (name) => `${SUDOERS}.d/${name}`,
    ),
  ]
  const texts = await Promise.all(files.map((file) => configurationText(host, file, gaps)))
  const subjects = new Set(texts.flatMap((text) => (text === undefined ? [] : sudoSubjects(text))))
  const uids = new Set(facts.processes.flatMap(({ uid }) => Object.values(uid)))
  const gids = new Set(facts.processes.flatMap(({ gid, groups }) => [...Object.values(gid), ...groups]))
  return facts.accounts
    .filter(({ kind, id }) => id !== 0 && (kind === 'user' ? uids : gids).has(id))
    .map(({ kind, name }) => (kind === 'user' ? name : `%${name}`))
    .filter((name) => subjects.has(name))
}
