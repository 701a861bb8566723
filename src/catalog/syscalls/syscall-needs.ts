import type { Facts, ProcessFacts } from '../../observe/facts.ts'
import { type LearnedCall, type Sighting, timesText } from '../../observe/trace/learned.ts'
import { beyondBase, withSiblings } from '../../observe/trace/syscall-cover.ts'
import { canBeTried, capabilityNeeds, leftRootUnseen } from '../capabilities/privileges.ts'
import { few } from '../common/proposal.ts'
import { called, checksPasswords, passwordChecker } from '../common/roles.ts'
import { startsUnprivileged } from '../common/unit-settings.ts'
import { isUnplayed } from '../reach/callers.ts'
import { copying } from '../reach/copies.ts'
import { helpersNamed } from '../reach/named.ts'
import { mayGainRights, mayStartAny } from '../reach/reached.ts'

/** Calls that the use of a capability takes; @system-service alone holds @chown, @setuid and @resources of these. */
const CALLS: Record<string, string[]> = {
  cap_chown: ['@chown'],
  cap_setuid: ['@setuid'],
  cap_setgid: ['@setuid'],
  cap_setpcap: ['capset'],
  cap_sys_chroot: ['chroot'],
  cap_sys_nice: ['@resources'],
  cap_sys_resource: ['@resources'],
  cap_sys_time: ['@clock'],
  cap_sys_rawio: ['@raw-io'],
  cap_sys_admin: ['@mount'],
}

/** Calls that stay allowed although their groups are removed. */
export interface Exception {
  names: string[]
  why: string
  /** A restart can refute the guess behind it. */
  triable: boolean
  /** The kernel refused it each time without a filter too, so an error is enough. */
  refused?: true
}

export function exceptions(facts: Facts): Exception[] {
  // Who has given up root holds nothing any more, and needs the calls at its next start.
  const left = leftRootUnseen(facts) !== undefined
  const held = (name: string) =>
    left || facts.processes.some(({ capabilities }) => capabilities.effective.includes(name))
  const found = new Map<string, Exception>()
  for (const need of startsUnprivileged(facts) ? [] : capabilityNeeds(facts)) {
    const names = CALLS[need.capability]
    if (!names || !held(need.capability)) continue
    const key = names.join(' ')
    const triable = canBeTried(facts, need) && found.get(key)?.triable !== false
    found.set(key, { names, why: `${key} stays: ${need.why}`, triable })
  }
  const keeper = left
    ? facts.processes.find(({ capabilities }) => capabilities.effective.length > 0)
    : undefined
  if (keeper !== undefined) found.set('capset', keepsSome(keeper))
  const login = forLogins(facts)
  if (login !== undefined) found.set('login', login)
  const programs = forPrograms(facts)
  if (programs !== undefined) found.set('programs', programs)
  const helper = forHelpersNamed(facts)
  if (helper !== undefined) found.set('helper', helper)
  const copies = forCopies(facts)
  if (copies !== undefined) found.set('copies', copies)
  for (const one of learnedExceptions(facts)) {
    if (![...found.values()].some(({ names }) => coversAll(facts, names, one.names)))
      found.set(one.names.join(' '), one)
  }
  return [...found.values()]
}

/** A capability outlives the change of account only by prctl and capset: capabilities(7). */
function keepsSome(keeper: ProcessFacts): Exception {
  const held = keeper.capabilities.effective.map((name) => name.toUpperCase())
  const why = `capset stays: ${called(keeper)} has given up root and kept ${few(held)}.`
  return { names: ['capset'], why, triable: false }
}

/** Calls that a server of root makes for whoever logs in: it takes limits, rights and another root for that one. */
const FOR_LOGINS = ['@chown', '@resources', '@setuid', 'capset', 'chroot']

/** They stay while nobody was seen to log in. */
function forLogins(facts: Facts): Exception | undefined {
  const checker = passwordChecker(facts)
  if (checker === undefined || startsUnprivileged(facts) || facts.given?.exercised === true) return undefined
  const why = `${FOR_LOGINS.join(' ')} stay: ${checksPasswords(checker)}.`
  return { names: FOR_LOGINS, why, triable: false }
}

/** Calls of everyday programs, whoever starts them: nice(1) and ulimit of a shell, what keeps an owner as cp -p does, and dmesg(1). */
const FOR_PROGRAMS = ['@chown', '@resources', 'syslog']
/**
 * A setuid or setgid program takes and gives up its right by setuid(2). Without capset in the filter systemd sets
 * NoNewPrivileges= beside User=, on 255 and later too (seccomp_allows_drop_privileges() in its source; tried on 257).
 */
const FOR_HELPERS = ['@setuid', 'capset']

/** An account mounts in a namespace of its own alone: user_namespaces(7). */
const FOR_SANDBOXES = ['@mount']

/** They stay where a script may start any program, and nobody saw which. */
function forPrograms(facts: Facts): Exception | undefined {
  const any = mayStartAny(facts)
  const why = any ?? mayGainRights(facts)
  if (why === undefined) return undefined
  const ofAny =
    any === undefined ? [] : [...FOR_PROGRAMS, ...(startsUnprivileged(facts) ? FOR_SANDBOXES : [])]
  const names = [...ofAny, ...FOR_HELPERS]
  return { names, why: `${names.join(' ')} stay for programs that it may start: ${why}`, triable: false }
}

/** Calls of programs that those of the service name in their texts. */
function forHelpersNamed(facts: Facts): Exception | undefined {
  const helpers = helpersNamed(facts).filter(({ groups }) => groups.length > 0)
  const [first] = helpers
  if (first === undefined) return undefined
  const names = [...new Set(helpers.flatMap(({ groups }) => groups))]
  const why = `${names.join(' ')} stay: ${first.by} names ${first.path}, which calls some of them.`
  return { names, why, triable: false }
}

/** An account without any right may give its files to the groups that it is in: chown(2). */
function forCopies(facts: Facts): Exception | undefined {
  const why = isUnplayed(facts.given) ? copying(facts) : undefined
  return why === undefined ? undefined : { names: ['@chown'], why: `@chown stays: ${why}`, triable: false }
}

/** Whether groups and calls that stay hold all of these. */
function coversAll(facts: Facts, kept: readonly string[], names: readonly string[]): boolean {
  const held = new Set(kept.flatMap((name) => [name, ...members(facts, name)]))
  return names.every((name) => held.has(name))
}

/**
 * Calls seen while the service starts as it does now. Calls of root tell nothing about an account without rights, and
 * no filter applies to programs of "+" lines.
 */
export function learnedCalls(facts: Facts): readonly LearnedCall[] | undefined {
  const calls = startsUnprivileged(facts) ? facts.learned?.unprivileged : facts.learned?.calls
  const exempt = exemptPrograms(facts)
  return calls?.flatMap((call) => {
    const sightings = call.sightings.filter(({ program }) => !exempt.has(program))
    return sightings.length === 0 ? [] : [{ ...call, sightings }]
  })
}

/** Programs that only "+" lines start: systemd.service(5), "Command lines". */
function exemptPrograms({ unit, executables }: Facts): ReadonlySet<string> {
  const commands = Object.values(unit.exec).flat()
  const bound = new Set(commands.filter((one) => !one.flags.includes('privileged')).map(({ path }) => path))
  const named = commands.map(({ path }) => path).filter((path) => !bound.has(path))
  const real = executables.filter(({ alsoNamed = [] }) => alsoNamed.some((path) => named.includes(path)))
  return new Set([...named, ...real.map(({ path }) => path)])
}

/** A call that was answered with EPERM each time it was made: capabilities(7). */
function isHopeless({ learned }: Facts, { name, sightings }: LearnedCall): boolean {
  const refusals = (learned?.failed ?? []).filter((one) => one.name === name && one.error === 'EPERM')
  return count(refusals.flatMap((one) => one.sightings)) >= count(sightings)
}

function count(sightings: readonly Sighting[]): number {
  return sightings.reduce((sum, one) => sum + one.count, 0)
}

/** Calls seen in the present state of the service; a trial that breaks would find them. */
function learnedExceptions(facts: Facts): Exception[] {
  const { syscallGroups } = facts
  return beyondBase(learnedCalls(facts) ?? [], syscallGroups).map((call): Exception => {
    const { name, sightings } = call
    const seen = timesText(sightings)
    if (startsUnprivileged(facts) && isHopeless(facts, call)) {
      const why = `${name} fails with an error instead of killing: the kernel refused it at each call: ${seen}.`
      return { names: [name], why, triable: false, refused: true }
    }
    const names = withSiblings([name], syscallGroups)
    return { names, why: `${name} stays allowed: it was called ${seen}.`, triable: false }
  })
}

/** The calls of a group, as this systemd has it. */
export function members(facts: Facts, group: string): string[] {
  return facts.syscallGroups[group] ?? []
}
