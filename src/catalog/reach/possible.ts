import type { Facts } from '../../observe/facts.ts'
import type { NamedThing } from '../../observe/reach-facts.ts'
import { few } from '../common/proposal.ts'
import { byAnything } from './anything.ts'
import { byCallers } from './callers.ts'
import { byCopies, byListings } from './copies.ts'
import { byFoldersOfRoot, byOpenFolders } from './folders.ts'
import { byHelpers, byHelpersNamed, byMailer, byProgramFolders, bySudo } from './helpers.ts'
import { imported } from './imported.ts'
import { byMonitors } from './monitors.ts'
import {
  everythingNamed,
  foreignAccounts,
  hasRights,
  homesNamed,
  isAllRoot,
  namedThings,
  programsNamed,
  unseenText,
} from './named.ts'
import { byOtherTimes, isOneshot } from './other-times.ts'
import { OF_ROOT, type Possibility, type Use } from './uses.ts'

function byNames(facts: Facts): Possibility[] {
  const accounts = foreignAccounts(facts)
  const programs = programsNamed(facts)
  const privileged = programs.filter((one) => one.privileged === true)
  // Of the machine's mailer more is known: mailing().
  const others = privileged.filter(({ name }) => name !== facts.reach?.mailer)
  const ofHelpersNamed = ['write-elsewhere', 'act-as-others', 'past-permissions', 'homes'] as const
  const hosts = namedThings(facts, 'host')
  const homes = homesNamed(facts)
  const named = (use: Use, things: readonly NamedThing[]): Possibility[] =>
    things.length === 0 ? [] : [{ use, from: 'named', why: `${unseenText(things)} in use.` }]
  return [
    ...named('act-as-others', accounts),
    ...named('run-programs', programs),
    ...named('gain-rights', privileged),
    ...ofHelpersNamed.flatMap((use) => named(use, others)),
    ...named('connect-out', [...hosts, ...programs.filter(({ connects }) => connects === true)]),
    ...named('homes', homes),
    ...named('write-elsewhere', everythingNamed(facts)),
    ...named('devices', namedThings(facts, 'device')),
    // Root without these rights can't get into a person's folder.
    ...(isAllRoot(facts) ? named('past-permissions', [...homes, ...accounts]) : []),
  ]
}

/** /proc/sys and /sys are read-only in a clone, for the unhardened service too, so that no clone tells whether it minds. */
const TUNABLE = /^\/(?:proc\/sys|sys(?!\/fs\/cgroup))\//
/** Who looks whether the machine routes may set it; the network of a clone is new, and routes nothing (ip-sysctl). */
const ROUTING = /^\/proc\/sys\/net\/ipv[46]\/(?:ip_forward|conf\/[^/]+\/forwarding)$/

function byRefusalsOfClones({ learned }: Facts): Possibility[] {
  const refused = (learned?.failed ?? []).find(
    ({ error, path = '' }) => error === 'EROFS' && TUNABLE.test(path),
  )
  const looked = (learned?.noted ?? []).find(({ path }) => ROUTING.test(path))
  if (refused === undefined && looked === undefined) return []
  const why =
    refused === undefined
      ? `In a clone it read ${looked?.path}, which the clone has as a new network has it.`
      : `In a clone, which does not allow it, it tried to change ${refused.path}.`
  return [{ use: 'tune-kernel', from: 'named', why }]
}

/** Whether nothing but interpreters runs: they import every call, which says nothing of the script. */
function isScriptAlone({ processes, reach }: Facts): boolean {
  return processes.every(({ executable }) => reach?.interpreters.includes(executable) === true)
}

/** A daemon that is root alone and imports the calls that change user does so for each of its jobs. */
export function switchesPerJob(facts: Facts): string | undefined {
  const calls = imported(facts, 'act-as-others')
  if (!isAllRoot(facts) || calls.length === 0 || facts.given?.level === 'tight') return undefined
  if (facts.given?.exercised === true && isScriptAlone(facts)) return undefined
  return `All its processes are root, and its programs call ${few(calls, 2)}, which was not seen.`
}

function byImports(facts: Facts): Possibility[] {
  const switches = switchesPerJob(facts)
  const weak = (
    ['run-programs', 'mount', 'namespaces', 'list-interfaces', 'connect-out', 'write-execute'] as const
  ).flatMap((use): Possibility[] => {
    const calls = imported(facts, use)
    if (calls.length === 0 || (OF_ROOT.has(use) && !hasRights(facts))) return []
    return [{ use, from: 'import', why: `Its programs call ${few(calls, 2)}, which was not seen.` }]
  })
  // Together with never having given up root this is more than a call alone.
  return [
    ...(switches === undefined
      ? []
      : [{ use: 'act-as-others' as const, from: 'named' as const, why: switches }]),
    ...weak,
  ]
}

/** A program that finds machines by their names and connects is a client of others, whatever it was seen to serve. */
function byLookups(facts: Facts): Possibility[] {
  const sends = [...imported(facts, 'connect-out'), ...imported(facts, 'send-out')]
  const names = imported(facts, 'look-up')
  // Without a resolver its peers are told to it by their addresses.
  const lookups = names.length > 0 ? names : imported(facts, 'read-addresses')
  const connects = names.length > 0 ? imported(facts, 'connect-out') : sends
  if (connects.length === 0 || lookups.length === 0) return []
  const calls = few([...new Set([...lookups.slice(0, 1), ...connects])], 2)
  const why = `Its programs call ${calls}, as clients of other machines do; that was not seen.`
  return [{ use: 'connect-out', from: 'client', why }]
}

/** Who takes no memory at its start takes that of others later, of whoever gives its number: shmop(2), mq_overview(7). */
function bySharedMemory(facts: Facts): Possibility[] {
  const takes = facts.learned?.calls.some(({ name }) => name === 'shmat') === true
  const calls = [...(takes ? [] : imported(facts, 'attach-memory')), ...imported(facts, 'open-queues')]
  const why = `Its programs call ${few(calls)}, which takes what others have made; that was not seen.`
  return calls.length === 0 ? [] : [{ use: 'share-memory', from: 'client', why }]
}

/** A user's service may come to need any file of the home. */
function byHomeOfUser({ ofUser, given }: Facts): Possibility[] {
  if (ofUser === undefined || given?.level === 'tight') return []
  return [
    { use: 'homes', from: 'named', why: `It is a service of a user, whose files are below ${ofUser.home}.` },
  ]
}

/** Where nothing of a service answers, only its rights tell what it may be there for. */
function byNothingAsked(facts: Facts): Possibility[] {
  if (facts.given === undefined || facts.given.asked) return []
  if (isOneshot(facts)) return []
  const uses: Use[] = hasRights(facts)
    ? [
        'act-as-others',
        'past-permissions',
        'mount',
        'kernel-state',
        'raw-sockets',
        'devices',
        'run-programs',
        'connect-out',
        'write-elsewhere',
        'see-others',
        'gain-rights',
        'homes',
        'know-callers',
      ]
    : ['run-programs', 'connect-out', 'gain-rights', 'see-others', 'homes', 'know-callers']
  return uses.map((use) => ({
    use,
    from: 'unasked',
    why: 'Nothing of it could be asked, so that nobody would see it fail.',
  }))
}

/** What the service may come to use though it was not seen to, the strongest evidence for each use first. Pure. */
export function possible(facts: Facts): Possibility[] {
  return [
    ...byNames(facts),
    ...byFoldersOfRoot(facts),
    ...byOpenFolders(facts),
    ...byCallers(facts),
    ...byRefusalsOfClones(facts),
    ...byAnything(facts),
    ...bySudo(facts),
    ...byHelpers(facts),
    ...byMailer(facts),
    ...byHelpersNamed(facts),
    ...byProgramFolders(facts),
    ...byLookups(facts),
    ...byCopies(facts),
    ...byListings(facts),
    ...bySharedMemory(facts),
    ...byMonitors(facts),
    ...byOtherTimes(facts),
    ...byHomeOfUser(facts),
    ...byNothingAsked(facts),
    ...byImports(facts),
  ]
}
