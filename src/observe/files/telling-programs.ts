import type { Host } from '../../host/host.ts'
import { type BlindSpots, orBlindSpot } from '../blind-spots.ts'
import type { Facts } from '../facts.ts'
import type { Monitor, ReachFacts } from '../reach-facts.ts'
import { callsOfGo, isOpaque } from './calls-by-itself.ts'
import { type DynamicNames, dynamicNames } from './elf-imports.ts'
import { type AtWork, embeddedInterpreters, evaluatesText } from './embedded-interpreters.ts'
import { family, type Naming, programsInText, readHelpers } from './helper-programs.ts'
import { readProgramFolders } from './program-folders.ts'
import { startsCgi, startsPrograms, TELLING, TELLING_IMPORTS } from './telling-imports.ts'
import {
  asText,
  MAILER,
  namesCgi,
  namesHomes,
  namesMailer,
  namesOfKernel,
  setsAttributesOfRoot,
  tellsOfMachine,
  tellsOfMounts,
  tellsOfStart,
} from './telling-texts.ts'

const MAX_ELF_BYTES = 64 * 1024 * 1024
const MAX_ELF_FILES = 30
/** Libraries that lie straight in the system's folders are everybody's; those in folders below are its plug-ins. */
const COMMON_LIBRARY = /^(?:\/usr)?\/lib(?:32|64)?\/(?:[^/]+-linux-gnu[^/]*\/)?[^/]+$/

const MIN_FAMILY = 4

/** A library that bears the name of a program has what that does: "libaria2.so.0" of "aria2c". */
function isOfProgram(library: string, programs: readonly string[]): boolean {
  const name = family(library).replace(/^lib/, '')
  if (name.length < MIN_FAMILY) return false
  return programs.some((program) => family(program).startsWith(name) || name === family(program))
}

const MAX_LIBRARIES = 60

/** What one program or library tells. */
interface Told {
  /** The telling calls that it imports, or makes itself. */
  imports: readonly string[]
  /** Nobody can read what it calls. */
  isOpaque: boolean
  ofMachine: boolean
  ofMounts: boolean
  ofStart: boolean
  mails: boolean
  homes: boolean
  gateway: boolean
  findsAccounts: boolean
  kernel: string | undefined
  attributes: boolean
  /** It calls for other programs to be started. */
  starts: boolean
  /** What it wants and has, where it is an interpreter or a program that may have one. */
  dynamic: DynamicNames | undefined
  isInterpreter: boolean
  /** Programs of packages that it names. */
  names: readonly string[]
}

const ABOUT_MOUNTS = ['list-mounts', 'measure-mounts'].flatMap((group) => TELLING_IMPORTS[group] ?? [])

/** By the file that was read: the same libraries are at work in one service after another. */
const known = new WeakMap<Host, Map<string, Told>>()

async function toldBy(host: Host, path: string, gaps: BlindSpots): Promise<Told | undefined> {
  const stat = await orBlindSpot(gaps, path, host.stat(path))
  if (stat === undefined) return undefined
  const files = known.get(host) ?? new Map<string, Told>()
  known.set(host, files)
  const key = `${stat.device} ${stat.inode} ${stat.size}`
  const before = files.get(key)
  if (before !== undefined) return before
  const bytes = await orBlindSpot(gaps, path, host.readBytes(path, MAX_ELF_BYTES))
  if (bytes === undefined) return undefined
  const [dynamic, ofGo] = [dynamicNames(bytes), callsOfGo(bytes)]
  const names = dynamic?.imported
  const isInterpreter = dynamic !== undefined && evaluatesText(dynamic)
  const imports = [...(names ?? []), ...(ofGo ?? [])].filter((name) => TELLING.has(name))
  const ofMounts = tellsOfMounts(bytes) || imports.some((name) => ABOUT_MOUNTS.includes(name))
  const told = {
    imports,
    isOpaque: ofGo === undefined && isOpaque(bytes, names),
    ofMachine: tellsOfMachine(bytes),
    ofMounts,
    ofStart: tellsOfStart(bytes),
    mails: namesMailer(bytes),
    homes: namesHomes(bytes, names ?? []),
    gateway: namesCgi(bytes) || startsCgi(names ?? new Set()),
    findsAccounts: names?.has('getpwnam') === true || names?.has('getpwnam_r') === true,
    kernel: namesOfKernel(bytes),
    attributes: setsAttributesOfRoot(bytes, names ?? []),
    starts: startsPrograms(names ?? []),
    // Of all others nobody asks what they have for others, and it is much.
    dynamic: dynamic && (isInterpreter ? dynamic : { ...dynamic, exported: new Set<string>() }),
    isInterpreter,
    names: programsInText(asText(bytes).toString('latin1')).filter((name) => name !== MAILER),
  }
  files.set(key, told)
  return told
}

/**
 * What the programs and libraries at work tell: the telling calls that programs and plug-ins import, which programs'
 * calls nobody can read, which of all are there for telling of the whole machine, one that tells when it began, one that
 * names the mailer, one that names files in homes, a plug-in that starts programs, an interpreter inside of a program, and
 * which other programs all of them name.
 */
export async function readTellingPrograms(
  host: Host,
  { executables, processes }: Facts,
  gaps: BlindSpots,
): Promise<
  Pick<
    ReachFacts,
    | 'imports'
    | 'monitors'
    | 'timed'
    | 'mails'
    | 'homes'
    | 'accountsBy'
    | 'gateway'
    | 'kernel'
    | 'attributes'
    | 'starts'
    | 'helpers'
    | 'embedded'
    | 'programFolders'
  > & {
    opaque: string[]
    /** Libraries that are interpreters, and that its program wants itself. */
    linked: string[]
  }
> {
  const running = executables.filter(({ kind, from }) => kind === 'elf' && from.includes('running'))
  const programs = running.map(({ path }) => path)
  const libraries = [...new Set(processes.flatMap((process) => process.libraries))]
  const plugins = libraries.filter((path) => !COMMON_LIBRARY.test(path) || isOfProgram(path, programs))
  const own = new Set([...programs, ...plugins].slice(0, MAX_ELF_FILES))
  const imports = new Set<string>()
  const opaque: string[] = []
  const monitors: Monitor[] = []
  const named: Naming[] = []
  const atWork: AtWork[] = []
  const first: Pick<
    ReachFacts,
    'timed' | 'mails' | 'homes' | 'accountsBy' | 'gateway' | 'kernel' | 'attributes' | 'starts'
  > = {}
  for (const path of new Set([...own, ...libraries.slice(0, MAX_LIBRARIES)])) {
    const told = await toldBy(host, path, gaps)
    if (told?.ofMachine) monitors.push({ path, mounts: told.ofMounts })
    if (told?.ofStart) first.timed ??= path
    if (told?.mails && own.has(path)) first.mails ??= path
    if (told?.homes && own.has(path)) first.homes ??= path
    if (told?.gateway && own.has(path)) first.gateway ??= path
    if (told?.kernel !== undefined && own.has(path)) first.kernel ??= { path: told.kernel, by: path }
    if (told?.attributes && own.has(path)) first.attributes ??= path
    if (told?.starts && plugins.includes(path)) first.starts ??= path
    if (told?.findsAccounts && plugins.includes(path)) first.accountsBy ??= path
    const kind = programs.includes(path) ? 'program' : plugins.includes(path) ? 'plug-in' : 'library'
    if (told !== undefined) atWork.push({ path, kind, ...told })
    if (told !== undefined) named.push({ by: path, names: told.names, isOwn: own.has(path) })
    // A library has no loader of its own, and its imports stand in it.
    if (told?.isOpaque && programs.includes(path)) opaque.push(path)
    if (own.has(path)) for (const name of told?.imports ?? []) imports.add(name)
  }
  const helpers = await readHelpers(host, named, programs)
  const programFolders = await readProgramFolders(host, named, gaps)
  const interpreters = embeddedInterpreters(atWork)
  return {
    imports: [...imports].sort(),
    opaque,
    monitors,
    helpers,
    programFolders,
    ...first,
    ...interpreters,
  }
}
