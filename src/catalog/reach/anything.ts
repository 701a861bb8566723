import type { Facts } from '../../observe/facts.ts'
import { isOfPackages } from '../../observe/files/of-packages.ts'
import { startsUnprivileged } from '../common/unit-settings.ts'
import { mailing, ownProgramSetuid } from './helpers.ts'
import { imported } from './imported.ts'
import { hasRights, isAllRoot, namedText, namedThings, programsNamed, unseenText } from './named.ts'
import { OF_ROOT, type Possibility, USES, type Use } from './uses.ts'

/** What a script would not be there for by itself, or other evidence tells. */
const NOT_OF_SCRIPTS: readonly Use[] = [
  'see-boot',
  'see-kernel',
  'homes',
  'share-files',
  'share-memory',
  'know-callers',
  'tune-kernel',
]

/** What a script does is written in files that nobody here reads. */
function byInterpreter(facts: Facts): Possibility[] {
  const [path] = facts.reach?.interpreters ?? []
  if (path === undefined) return []
  return anything(facts, `${path} runs a script, which may`, { rights: hasRights(facts) })
}

/** Scripts inside of a server are there for requests, which its workers answer, and not their master. */
function byEmbedded(facts: Facts): Possibility[] {
  const { embedded, interpreters = [] } = facts.reach ?? {}
  if (embedded === undefined || interpreters.includes(embedded)) return []
  return anything(facts, `${embedded} runs scripts inside of the service, which may`)
}

/** Nobody played the programs that requests name: often pages of somebody's, which send mail. */
function byRequests(facts: Facts): Possibility[] {
  const [protocol] = facts.given?.requests?.programs ?? []
  if (protocol === undefined) return []
  return anything(facts, `A request in ${protocol} names the program that answers it, which may`)
}

/** A gateway starts the programs of a folder, or what an interpreter is to read, for whoever asks: RFC 3875. */
function byGateway(facts: Facts): Possibility[] {
  const { gateway } = facts.reach ?? {}
  const readers = namedThings(facts, 'program').filter(({ interpreter }) => interpreter === true)
  const folders = [...namedThings(facts, 'programs'), ...readers]
  const starts = imported(facts, 'run-programs').length > 0 || facts.reach?.starts !== undefined
  if (gateway === undefined || folders.length === 0 || !starts) return []
  return anything(facts, `${namedText(folders)}, and ${gateway} starts programs by CGI. What is there may`)
}

/** `may`: a sentence up to what it may do. `rights`: what it does, root does. */
function anything(
  facts: Facts,
  may: string,
  { from = 'interpreter', rights = isAllRoot(facts) }: { from?: Possibility['from']; rights?: boolean } = {},
): Possibility[] {
  const why = `${may} do anything${rights ? ' that root can' : ''}.`
  const uses = USES.filter((use) => !NOT_OF_SCRIPTS.includes(use) && (rights || !OF_ROOT.has(use)))
  return [...uses.map((use) => ({ use, from, why })), ...mailing(facts, may)]
}

/**
 * A script that it was told to start does what somebody here wrote, and a program that starts others what those do; for root
 * a program of the system may write there.
 */
function byProgramsNamed(facts: Facts): Possibility[] {
  const programs = programsNamed(facts)
  // A run in a clone without its use played one way through it.
  const scripts = (facts.given?.exercised === true ? programs : namedThings(facts, 'program')).filter(
    ({ script, interpreter, command, starts }) =>
      script === true || (interpreter === true && command === true) || starts === true,
  )
  if (scripts.length > 0) return anything(facts, `${namedText(scripts)} to run, which may`, { from: 'work' })
  if (programs.length === 0 || !isAllRoot(facts)) return []
  return [
    { use: 'write-elsewhere', from: 'named', why: `${unseenText(programs)} to run and may write as root.` },
  ]
}

/** They have a shell start what a text says: popen(3), system(3). */
const OF_TEXTS = ['popen', 'system']

/** A program that no package brought was written for what is here, and what it starts is written in it. */
function byOwnProgram(facts: Facts): Possibility[] {
  const own = facts.executables.find(
    ({ path, kind, from }) => kind === 'elf' && from.includes('running') && !isOfPackages(path),
  )
  if (own === undefined) return []
  const call = imported(facts, 'run-programs').find((name) => OF_TEXTS.includes(name))
  if (call !== undefined)
    return anything(facts, `${own.path} is of no package and calls ${call}: what it starts may`)
  const [order] = isAllRoot(facts) ? imported(facts, 'order-kernel') : []
  if (order === undefined) return []
  return anything(facts, `${own.path} is of no package and calls ${order}: as root, it may come to`)
}

/** They take another way after a crash, or once there is something to do; what the start runs, each start shows. */
const NOT_OF_STARTS = ['ExecReload', 'ExecStop', 'ExecStopPost']

/** A script of somebody's here in one of these lines. */
function byLinesOfUnit(facts: Facts): Possibility[] {
  const own = facts.reach?.scripts ?? []
  for (const key of NOT_OF_STARTS) {
    const commands = facts.unit.exec[key] ?? []
    const script = commands.find(({ path, flags }) => !flags.includes('privileged') && own.includes(path))
    if (script === undefined) continue
    const may = `${key}= runs ${script.path}, a script of no package, which may`
    return anything(facts, may, { rights: !startsUnprivileged(facts) })
  }
  return []
}

/**
 * A daemon that becomes its users and starts programs does so by what a user's own file says, such as ~/.forward: what is
 * started writes where that user may, and that is nowhere that anybody could list.
 */
function byFilesOfUsers(facts: Facts): Possibility[] {
  const files = namedThings(facts, 'home-file')
  const { homes } = facts.reach ?? {}
  const able = (['act-as-others', 'run-programs'] as const).every((use) => imported(facts, use).length > 0)
  const mayBecomeThem = hasRights(facts) || ownProgramSetuid(facts) !== undefined
  if (!able || !mayBecomeThem || (files.length === 0 && homes === undefined)) return []
  const who = files.length > 0 ? namedText(files) : `${homes} names a file in each home`
  const may = `${who}: a user may name a program there, which may`
  const first: Possibility = { use: 'write-elsewhere', from: 'interpreter', why: `${may} write anywhere.` }
  return [first, ...anything(facts, may, { rights: false })]
}

/** What starts programs of which nobody knows what they do, the strongest evidence first. */
export function byAnything(facts: Facts): Possibility[] {
  return [
    ...byProgramsNamed(facts),
    ...byInterpreter(facts),
    ...byEmbedded(facts),
    ...byOwnProgram(facts),
    ...byLinesOfUnit(facts),
    ...byFilesOfUsers(facts),
    ...byRequests(facts),
    ...byGateway(facts),
  ]
}
