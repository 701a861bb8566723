import { basename, dirname } from 'node:path/posix'
import { isBelowAnother, isBelowAny } from '../../host/paths.ts'
import type { ExecutableFacts, Facts } from '../../observe/facts.ts'
import type { Sighting } from '../../observe/trace/learned.ts'
import { unitPath } from '../common/places.ts'
import { few, inForce, list, proposed, unfit, unique } from '../common/proposal.ts'
import { passwordChecker } from '../common/roles.ts'
import { whereIt } from '../common/seen-in-clone.ts'
import type { Directive, NotProposed, Proposed } from '../common/types.ts'
import { words } from '../common/unit-settings.ts'
import { PATH_LIST } from '../common/values.ts'
import { namedText, namedThings, programsNamed } from '../reach/named.ts'

const LIBRARIES = ['/usr/lib', '/usr/lib32', '/usr/lib64']
/** What a script or a helper of the system starts, with libraries: nothing there is a service's to write. */
const PROGRAMS = ['/usr']
/** Before /usr was merged (file-hierarchy(7)); a link to it since. */
const SPLIT_LIBRARIES = ['/lib', '/lib32', '/lib64']
const SPLIT_PROGRAMS = ['/bin', '/sbin']

/** Libraries by their real paths: one below /lib tells that /lib is no link into /usr. */
function isSplit(facts: Facts): boolean {
  return mapped(facts).some((path) => isBelowAny(path, SPLIT_LIBRARIES))
}

function mapped(facts: Facts): string[] {
  return unique([
    ...facts.processes.flatMap(({ libraries }) => libraries),
    ...facts.executables.flatMap(({ libraries }) => libraries),
    ...learnedPaths(facts, 'map'),
  ])
}

/** /bin/kill is /usr/bin/kill where /usr is merged; systemd follows a link to the real file. */
function intoUsr(path: string): string {
  return path.replace(/^\/(bin|sbin|lib|lib32|lib64)\//, '/usr/$1/')
}

/**
 * Programs and libraries seen in a clone while the service was followed: helpers that have ended before hardenctl
 * looks.
 */
function learnedPaths({ learned }: Facts, use: 'execute' | 'map'): string[] {
  return (learned?.executed ?? []).filter(({ uses }) => uses.includes(use)).map(({ path }) => path)
}

function startedBy({ learned }: Facts): Sighting[] {
  const started = (learned?.executed ?? []).filter(({ uses }) => uses.includes('execute'))
  return started.flatMap(({ sightings }) => sightings)
}

function programs(facts: Facts): string[] {
  const named = [
    ...facts.executables.map(({ path }) => path),
    ...facts.processes.map(({ executable }) => executable),
    ...Object.values(facts.unit.exec).flatMap((commands) => commands.map(({ path }) => path)),
  ].filter((path) => path.startsWith('/'))
  const also = new Set(facts.executables.flatMap(({ alsoNamed }) => alsoNamed ?? []))
  const real = named.filter((path) => !also.has(path))
  return unique(isSplit(facts) ? real : real.map(intoUsr)).sort()
}

function scripts(facts: Facts): ExecutableFacts[] {
  return facts.executables.filter(({ kind }) => kind !== 'elf')
}

/** What a script starts besides stands in files that nobody here reads. */
function isScripted(facts: Facts): boolean {
  const { interpreters = [], embedded } = facts.reach ?? {}
  return scripts(facts).length > 0 || interpreters.length > 0 || embedded !== undefined
}

/** Modules of PAM start helpers, which nobody sees before somebody logs in (pam_unix(8)); a plug-in starts what it is asked to. */
function mayStartTools(facts: Facts): boolean {
  return isScripted(facts) || passwordChecker(facts) !== undefined || plugInThatStarts(facts) !== undefined
}

/** Somebody had the service load it, for what it does; where an exercise played that, what it starts was seen. */
function plugInThatStarts({ reach, given }: Facts): string | undefined {
  return given?.level === 'tight' || given?.exercised === true ? undefined : reach?.starts
}

/** Folders of one package's programs: one of them was seen, and others have their hour. */
function privateFolders(paths: readonly string[]): string[] {
  const folders = unique(paths.map((path) => dirname(path)))
  return folders.filter(
    (folder) => /^\/(?:usr|opt)\//.test(folder) && !/^\/usr\/(?:local|(?:local\/)?s?bin)$/.test(folder),
  )
}

function proposeNoExecPaths(facts: Facts): Proposed | NotProposed {
  if (words(facts, 'NoExecPaths').includes('/')) return inForce('The unit already has this setting.', '/')
  const exact = programs(facts)
  if (exact.length === 0) return unfit('None of its programs was seen.')
  const split = isSplit(facts)
  // What it is told to start may be a script, which starts what it likes.
  const configured = [...programsNamed(facts), ...namedThings(facts, 'programs')]
  const startsMore = mayStartTools(facts) || configured.length > 0
  const tools = startsMore ? [...PROGRAMS, ...(split ? SPLIT_PROGRAMS : [])] : []
  const known = [...(startsMore ? [] : LIBRARIES), ...(split ? SPLIT_LIBRARIES : []), ...tools]
  const found = mapped(facts).filter((path) => path.startsWith('/') && !isBelowAny(path, known))
  const helpers = learnedPaths(facts, 'execute').map((path) => (split ? path : intoUsr(path)))
  const beside = privateFolders([...exact, ...helpers]).filter((path) => !isBelowAny(path, known))
  const extra = unique(found.map((path) => dirname(split ? path : intoUsr(path)))).filter(
    (path) => !isBelowAny(path, known),
  )
  const present = words(facts, 'ExecPaths')
  const allowed = unique([...known, ...beside, ...extra])
  const directories = allowed.filter((path) => !isBelowAnother(path, allowed))
  const paths = [
    ...directories,
    ...unique([...exact, ...helpers, ...configured.map(({ name }) => name)]).filter(
      (path) => !isBelowAny(path, directories),
    ),
  ]
  const values = paths.flatMap((path) => unitPath(path) ?? []).map((path) => `-${path}`)
  const outside = [...exact, ...extra].find((path) => !/^\/(usr|opt|bin|sbin|lib\w*)(\/|$)/.test(path))
  const assignments = [
    ...list('NoExecPaths', unique([...words(facts, 'NoExecPaths'), '/'])),
    ...list('ExecPaths', unique([...present, ...values])),
  ]
  const named = configured.length === 0 ? [] : [`${namedText(configured)}, which stays allowed.`]
  const speaking = [...evidence(facts, exact, extra, helpers), ...named]
  return proposed(`/ except ${shortly(exact, tools)}`, assignments, speaking, {
    ...(outside
      ? { caution: `${outside} lies outside /usr and /opt: other programs of the service may too.` }
      : {}),
  })
}

function shortly(exact: readonly string[], tools: readonly string[]): string {
  if (tools.length > 0) return 'libraries and the programs below /usr'
  return `libraries and ${exact.length === 1 ? basename(exact[0] ?? '') : `${exact.length} programs`}`
}

function evidence(
  facts: Facts,
  exact: readonly string[],
  extra: readonly string[],
  helpers: readonly string[],
): string[] {
  const script = scripts(facts)[0]
  const plugIn = plugInThatStarts(facts)
  return [
    `It runs or names ${few(exact)}.`,
    ...(helpers.length > 0 ? [`${whereIt(startedBy(facts))} started ${few(helpers)}.`] : []),
    ...(extra.length > 0 ? [`It also maps libraries from ${few(extra)}.`] : []),
    ...(script
      ? [
          `${script.path} is not a binary, and nobody can see which programs it runs, so the system's programs stay allowed.`,
        ]
      : []),
    ...(plugIn
      ? [`Its plug-in ${plugIn} can start programs, and nobody saw which, so the system's stay allowed.`]
      : []),
  ]
}

export const NO_EXEC_PATHS: Directive = {
  key: 'NoExecPaths',
  takes: PATH_LIST,
  writes: { ExecPaths: PATH_LIST },
  denies: ['run-programs'],
  // A script may start what it made itself.
  leavesOpen: (_, { from }) => from === 'named',
  stage: 'filesystem',
  since: 248,
  mountNamespace: true,
  // Tried on 252 and 257: test/lab/unseen-programs.test.ts.
  what: "Allows only the programs and library directories in ExecPaths= to be executed: the unit's own Exec lines, programs seen running, and libraries. What other settings keep writable (ReadWritePaths=, StateDirectory=, a /tmp of its own, and homes beside ProtectSystem=strict) systemd leaves out of it.",
  breaks:
    'A helper that was not seen fails with "Permission denied", for example a CGI program, a mail program or a shell.',
  wins: 'An intruder finds few programs to run; where the service needs no scripts, not even a shell. What he writes where the service writes still runs. systemd-analyze does not count it.',
  failsWith: { exits: [203, 226] },
  propose: proposeNoExecPaths,
}
