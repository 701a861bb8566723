import type { Host } from '../../host/host.ts'
import type { BlindSpots } from '../blind-spots.ts'
import type { Facts } from '../facts.ts'
import type { ReachFacts } from '../reach-facts.ts'
import { type AtWork, embeddedInterpreters } from './embedded-interpreters.ts'
import { family, readHelpers } from './helper-programs.ts'
import { readProgramFolders } from './program-folders.ts'
import { type Told, toldBy } from './telling-program.ts'

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

/** A program or library at work, and what it tells. */
interface Read extends AtWork {
  told: Told
  /** A program, or one of its first plug-ins. */
  isOwn: boolean
}

const anyOf = () => true
const own = ({ isOwn }: Read) => isOwn
const plugin = ({ kind }: Read) => kind === 'plug-in'

/** Facts that are the path of the first that tells something, and among which it is looked for. */
const FIRST = {
  timed: { among: anyOf, tells: ({ ofStart }) => ofStart },
  mails: { among: own, tells: ({ mails }) => mails },
  homes: { among: own, tells: ({ homes }) => homes },
  gateway: { among: own, tells: ({ gateway }) => gateway },
  attributes: { among: own, tells: ({ attributes }) => attributes },
  starts: { among: plugin, tells: ({ starts }) => starts },
  accountsBy: { among: plugin, tells: ({ findsAccounts }) => findsAccounts },
} satisfies Partial<
  Record<keyof ReachFacts, { among: (one: Read) => boolean; tells: (told: Told) => boolean }>
>
type First = keyof typeof FIRST

function firstOfEach(all: readonly Read[]): Pick<ReachFacts, First> {
  const found = Object.entries(FIRST).flatMap(([fact, { among, tells }]) => {
    const first = all.find((one) => among(one) && tells(one.told))
    return first === undefined ? [] : [[fact, first.path]]
  })
  return Object.fromEntries(found)
}

async function readAll(host: Host, { executables, processes }: Facts, gaps: BlindSpots): Promise<Read[]> {
  const running = executables.filter(({ kind, from }) => kind === 'elf' && from.includes('running'))
  const programs = running.map(({ path }) => path)
  const libraries = [...new Set(processes.flatMap((process) => process.libraries))]
  const plugins = libraries.filter((path) => !COMMON_LIBRARY.test(path) || isOfProgram(path, programs))
  const isTheirs = new Set([...programs, ...plugins].slice(0, MAX_ELF_FILES))
  const all: Read[] = []
  for (const path of new Set([...isTheirs, ...libraries.slice(0, MAX_LIBRARIES)])) {
    const told = await toldBy(host, path, gaps)
    const kind = programs.includes(path) ? 'program' : plugins.includes(path) ? 'plug-in' : 'library'
    if (told === undefined) continue
    const { dynamic, isInterpreter } = told
    all.push({ path, kind, dynamic, isInterpreter, told, isOwn: isTheirs.has(path) })
  }
  return all
}

/** What the programs and libraries at work tell; `linked`: libraries that are interpreters, and that a program wants itself. */
export async function readTellingPrograms(
  host: Host,
  facts: Facts,
  gaps: BlindSpots,
): Promise<
  Pick<ReachFacts, First | 'imports' | 'monitors' | 'kernel' | 'helpers' | 'embedded' | 'programFolders'> & {
    opaque: string[]
    linked: string[]
  }
> {
  const all = await readAll(host, facts, gaps)
  const theirs = all.filter(own)
  const programs = all.filter(({ kind }) => kind === 'program').map(({ path }) => path)
  const named = all.map(({ path, told, isOwn }) => ({ by: path, names: told.names, isOwn }))
  const ofKernel = theirs.find(({ told }) => told.kernel !== undefined)
  return {
    ...firstOfEach(all),
    ...(ofKernel?.told.kernel === undefined
      ? {}
      : { kernel: { path: ofKernel.told.kernel, by: ofKernel.path } }),
    imports: [...new Set(theirs.flatMap(({ told }) => told.imports))].sort(),
    // A library has no loader of its own, and its imports stand in it.
    opaque: all.filter(({ kind, told }) => kind === 'program' && told.isOpaque).map(({ path }) => path),
    monitors: all
      .filter(({ told }) => told.ofMachine)
      .map(({ path, told }) => ({ path, mounts: told.ofMounts })),
    helpers: await readHelpers(host, named, programs),
    programFolders: await readProgramFolders(host, named, gaps),
    ...embeddedInterpreters(all),
  }
}
