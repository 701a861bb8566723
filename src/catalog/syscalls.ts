import type { Facts } from '../observe/facts.ts'
import { sightingsText } from '../observe/learned.ts'
import { isLive } from '../observe/live.ts'
import { beyondBase, withSiblings } from '../observe/syscall-cover.ts'
import { few, inForce, list, proposed, service } from './assignment.ts'
import { canBeTried, capabilityNeeds } from './privileges.ts'
import { sessionOpener } from './roles.ts'
import { whereIt } from './seen-in-clone.ts'
import { setting, startsUnprivileged, words } from './settings.ts'
import { denying } from './squeeze.ts'
import type { Assignment, Directive, NotProposed, Proposed, Squeeze } from './types.ts'

const BASE = '@system-service'
/** The groups that @system-service holds and that most services can do without. */
const LEFT_OUT = ['@privileged', '@resources'] as const

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

interface Exception {
  names: string[]
  why: string
  /** The guess it rests on is one that a restart can refute. */
  triable: boolean
}

function exceptions(facts: Facts): Exception[] {
  const held = (name: string) =>
    facts.processes.some(({ capabilities }) => capabilities.effective.includes(name))
  const found = new Map<string, Exception>()
  for (const need of startsUnprivileged(facts) ? [] : capabilityNeeds(facts)) {
    const names = CALLS[need.capability]
    if (!names || !held(need.capability)) continue
    const key = names.join(' ')
    const triable = canBeTried(facts, need) && found.get(key)?.triable !== false
    found.set(key, { names, why: `${key} stays: ${need.why}`, triable })
  }
  for (const one of learnedExceptions(facts)) {
    if (![...found.values()].some(({ names }) => coversAll(facts, names, one.names)))
      found.set(one.names.join(' '), one)
  }
  return [...found.values()]
}

/** Whether groups and calls that stay hold all of these. */
function coversAll(facts: Facts, kept: readonly string[], names: readonly string[]): boolean {
  const held = new Set(kept.flatMap((name) => [name, ...members(facts, name)]))
  return names.every((name) => held.has(name))
}

/**
 * Calls that were seen while the service was as it is now: they would be found by a trial that breaks. What a clone saw
 * of root does not tell of another account; what the live service does, it does as it is.
 */
function learnedExceptions(facts: Facts): Exception[] {
  const { learned, syscallGroups } = facts
  if (learned === undefined) return []
  const count = startsUnprivileged(facts)
    ? learned.calls.filter(({ sightings }) => sightings.some(isLive))
    : learned.calls
  return beyondBase(count, syscallGroups).map(({ name, sightings }) => ({
    names: withSiblings([name], syscallGroups),
    why: `${name} stays: ${whereIt(sightings).replace(/^I/, 'i')} was called by ${sightingsText(sightings)}.`,
    triable: false,
  }))
}

/** A filter in force: "~" in front of the first name makes it a deny list; "name:EPERM" denies within either. */
interface PresentFilter {
  kind: 'none' | 'allow' | 'deny'
  names: string[]
}

function presentFilter(facts: Facts): PresentFilter {
  const names = words(facts, 'SystemCallFilter')
  if (names.length === 0) return { kind: 'none', names }
  const denies = names[0]?.startsWith('~') ?? false
  const bare = names.map((name) => name.replace(/^~/, '')).filter(Boolean)
  return {
    kind: denies ? 'deny' : 'allow',
    names: denies ? bare : bare.filter((name) => !name.includes(':')),
  }
}

function members(facts: Facts, group: string): string[] {
  return facts.syscallGroups[group] ?? []
}

/** Groups that this systemd knows; all of them when its list could not be read. */
function knows(facts: Facts, group: string): boolean {
  return Object.keys(facts.syscallGroups).length === 0 || group in facts.syscallGroups
}

/**
 * The filter's lines without the groups. What the unit denies stays denied, what its own allow list leaves out
 * stays left out, and what it allows beyond @system-service was allowed for a reason.
 */
function filterLines(facts: Facts, without: readonly string[], kept: readonly Exception[]): Assignment[] {
  const values = [BASE]
  const left = without.filter((group) => knows(facts, group))
  if (left.length > 0) values.push(`~${left.join(' ')}`)
  const again = kept
    .flatMap(({ names }) => names)
    .filter((name) => !name.startsWith('@') || knows(facts, name))
  if (again.length > 0) values.push([...new Set(again)].join(' '))
  const present = presentFilter(facts)
  // An empty filter is printed as a deny list of nothing.
  if (present.kind === 'deny' && present.names.length > 0) values.push(`~${present.names.join(' ')}`)
  if (present.kind === 'allow') values.push(...withinPresent(facts, present.names, left))
  return [service('SystemCallFilter', ''), ...values.map((value) => service('SystemCallFilter', value))]
}

function withinPresent(facts: Facts, allowed: readonly string[], left: readonly string[]): string[] {
  const base = members(facts, BASE)
  const dropped = new Set(left.flatMap((group) => members(facts, group)))
  const extra = allowed.filter((name) => !base.includes(name) && !dropped.has(name))
  const missing = base.filter((name) => !allowed.includes(name) && !dropped.has(name))
  return [
    ...(extra.length > 0 ? [extra.join(' ')] : []),
    ...(missing.length > 0 ? [`~${missing.join(' ')}`] : []),
  ]
}

/** Of an allow list in force, only a group that it holds whole is taken out: a part of one was let in by hand. */
function groupsToLeaveOut(facts: Facts, kept: readonly Exception[]): string[] {
  const present = presentFilter(facts)
  const base = members(facts, BASE)
  return LEFT_OUT.filter((group) => {
    if (kept.some(({ names }) => names.includes(group))) return false
    if (present.kind !== 'allow') return true
    const inBase = members(facts, group).filter((name) => base.includes(name))
    return inBase.length > 0 && inBase.every((name) => present.names.includes(name))
  })
}

/**
 * Calls of @system-service that few services make, each with a past of holes in the kernel, and that a service makes
 * when it starts or not at all. Not @sync, @timer, @ipc or @memlock: any service may come to call those at a rare
 * request, and would be killed for it.
 */
const SELDOM: { word: string; usedBy: RegExp }[] = [
  { word: '@keyring', usedBy: /\/(libkeyutils|libkrb5|libpam|libecryptfs)[.\-\d]/ },
  { word: '@aio', usedBy: /\/(libaio|liburing|libuv|libnode)[.\-\d]|\/node$/ },
  { word: 'userfaultfd', usedBy: /\/(libjvm|libcriu)[.\-\d]/ },
]

function squeezes(facts: Facts, kept: readonly Exception[]): Squeeze[] {
  const mapped = facts.processes.flatMap(({ executable, libraries }) => [executable, ...libraries])
  const seldom = SELDOM.filter(
    ({ word, usedBy }) => isAllowed(facts, word) && !mapped.some((path) => usedBy.test(path)),
  )
  const groups = kept.filter(({ triable }) => triable).flatMap(({ names }) => names)
  const needed = kept.filter(({ triable }) => !triable).flatMap(({ names }) => names)
  return [...groups.filter((name) => !needed.includes(name)), ...seldom.map(({ word }) => word)].map(denying)
}

/** Whether what the unit allows and denies now lets a call of these through; a part of a group was let in by hand. */
function isAllowed(facts: Facts, word: string): boolean {
  const { kind, names } = presentFilter(facts)
  const calls = word.startsWith('@') ? members(facts, word) : [word]
  if (kind === 'allow') return calls.length > 0 && calls.every((call) => names.includes(call))
  return calls.some((call) => members(facts, BASE).includes(call) && !names.includes(call))
}

function proposeFilter(facts: Facts): Proposed | NotProposed {
  const present = presentFilter(facts)
  const kept = exceptions(facts)
  const without = groupsToLeaveOut(facts, kept)
  if (present.kind === 'allow' && without.length === 0) {
    return inForce(
      'It has an allow list already that holds no such group whole.',
      `${present.names.length} calls`,
    )
  }
  const rungs = [
    without,
    ...(without.length > 1 ? [['@resources']] : []),
    ...(without.length > 0 ? [[]] : []),
  ].map((groups) => ({
    value: groups.length === 0 ? BASE : `${BASE} without ${groups.join(' ')}`,
    assignments: filterLines(facts, groups, kept),
  }))
  const first = rungs[0] as (typeof rungs)[number]
  const session = startsUnprivileged(facts) ? undefined : sessionOpener(facts)
  const possible = squeezes(facts, kept)
  return proposed(first.value, first.assignments, evidence(facts, present, kept), {
    ladder: rungs,
    ...(possible.length > 0 ? { squeezes: possible } : {}),
    ...(session
      ? { caution: `${session.name} (pid ${session.pid}) opens sessions: what is run in them is not seen.` }
      : {}),
  })
}

function evidence(facts: Facts, present: PresentFilter, kept: readonly Exception[]): string[] {
  const size = members(facts, BASE).length
  return [
    ...(size > 0 ? [`${BASE} of this systemd holds ${size} calls, made for ordinary services.`] : []),
    ...kept.map(({ why }) => why),
    ...(present.kind === 'deny' && present.names.length > 0
      ? [`The unit denies ${few(present.names)}: that stays denied.`]
      : []),
    ...(present.kind === 'allow'
      ? [`The unit allows ${present.names.length} calls: none beyond those are added.`]
      : []),
  ]
}

/** More calls for a filter, after a trial showed what was missing: a later line adds to an allow list. */
export function withSyscallExceptions(
  assignments: readonly Assignment[],
  names: readonly string[],
): Assignment[] {
  const before = new Set(
    assignments
      .filter(({ key, value }) => key === 'SystemCallFilter' && !value.startsWith('~'))
      .flatMap(({ value }) => value.split(' ')),
  )
  const denied = (name: string) =>
    assignments.some(
      ({ key, value }) =>
        key === 'SystemCallFilter' && value.startsWith('~') && value.slice(1).split(' ').includes(name),
    )
  const added = [...new Set(names)].filter(
    (name) => /^@?[a-z0-9_-]+$/.test(name) && (!before.has(name) || denied(name)),
  )
  return added.length === 0
    ? [...assignments]
    : [...assignments, service('SystemCallFilter', added.join(' '))]
}

/**
 * The call fails with EPERM instead of killing its caller: in an allow list a denied call with an error name is
 * answered, not punished (systemd.exec(5), SystemCallFilter=). Unchanged when it is so already.
 */
export function withSyscallRefused(assignments: readonly Assignment[], name: string): Assignment[] {
  const line = service('SystemCallFilter', `~${name}:EPERM`)
  const there = assignments.some(({ key, value }) => key === line.key && value === line.value)
  return there ? [...assignments] : [...assignments, line]
}

/** The shortest way to allow one call that died: the smallest group of the left-out ones, or the call alone. */
export function syscallAllowance(facts: Facts, call: string): string[] {
  const group = ['@chown', '@setuid'].find((name) => members(facts, name).includes(call))
  return group === undefined ? [call] : [group]
}

export const SYSCALLS: Directive[] = [
  {
    key: 'SystemCallFilter',
    stage: 'syscalls',
    since: 187,
    shape: 'syscalls',
    what: 'Allows only the system calls of ordinary services, less those for privileged work and for setting priorities and limits. A process that makes another call is killed, and the kernel log names the call.',
    breaks:
      'A rare code path or a helper program that makes a call outside the list dies at that moment ("Bad system call"), perhaps while the service itself looks well.',
    wins: 'Most of the kernel is out of reach: modules, mounts, debugging, clocks, swap and a hundred more.',
    propose: proposeFilter,
  },
  {
    key: 'SystemCallErrorNumber',
    stage: 'syscalls',
    since: 209,
    shape: 'word',
    what: 'Makes a forbidden system call fail with an error instead of killing the process.',
    breaks:
      'A program that does not check for the error goes on wrongly, and the cause can no longer be read in the kernel log.',
    wins: 'A rare path fails softly. It takes nothing from the exposure.',
    propose: (facts) => {
      const now = setting(facts, 'SystemCallErrorNumber')
      if (now !== undefined && now !== '' && now !== '0' && now !== 'kill' && !/^2147483/.test(now)) {
        return inForce('The unit has an error number already.', now)
      }
      return proposed('EPERM', list('SystemCallErrorNumber', ['EPERM']).slice(-1), [], {
        caution: 'It hides violations: without a kill there is no record of which call was missing.',
      })
    },
  },
]
