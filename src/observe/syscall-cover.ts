import { groupsOf } from '../systemd/audit.ts'
import type { LearnedCall } from './learned.ts'

type Groups = Readonly<Record<string, readonly string[]>>

const BASE = '@system-service'
/** Groups of which nothing is allowed for company: only what was seen, and its siblings. */
const CAREFUL = ['@privileged', '@resources'] as const

/**
 * Calls that do the same: which of them a program makes is its C library's choice, and an update may choose another.
 */
const SIBLINGS: readonly (readonly string[])[] = [
  ['chown', 'fchown', 'lchown', 'fchownat', 'chown32', 'fchown32', 'lchown32'],
  ['setuid', 'setreuid', 'setresuid', 'setuid32', 'setreuid32', 'setresuid32'],
  ['setgid', 'setregid', 'setresgid', 'setgroups', 'setgid32', 'setregid32', 'setresgid32', 'setgroups32'],
  ['setfsuid', 'setfsgid', 'setfsuid32', 'setfsgid32'],
  ['sched_setscheduler', 'sched_setparam', 'sched_setattr'],
  ['setrlimit', 'prlimit64'],
  ['mbind', 'set_mempolicy', 'set_mempolicy_home_node'],
  ['clock_settime', 'clock_settime64', 'settimeofday'],
  ['mount', 'fsopen', 'fsconfig', 'fsmount', 'move_mount', 'open_tree', 'mount_setattr'],
  ['umount', 'umount2'],
  ['init_module', 'finit_module'],
]

/** The calls with those that do the same, as far as this systemd knows them. */
export function withSiblings(names: readonly string[], groups: Groups): string[] {
  const known = new Set(Object.values(groups).flat())
  const more = names.flatMap((name) => [
    name,
    ...(SIBLINGS.find((family) => family.includes(name)) ?? []).filter((one) => known.has(one)),
  ])
  return [...new Set(more)].sort()
}

/** Calls of one group that were made, with who made them. */
export function callsOfGroup(calls: readonly LearnedCall[], groups: Groups, group: string): LearnedCall[] {
  const members = new Set(groups[group] ?? [])
  return calls.filter(({ name }) => members.has(name))
}

/** One that is known by its number alone can't be written into a filter. */
export function isNamed({ name }: LearnedCall): boolean {
  return !/^syscall_\d+$/.test(name)
}

/** What `SystemCallFilter=@system-service` less @privileged and @resources would deny of what was seen. */
export function beyondBase(calls: readonly LearnedCall[], groups: Groups): LearnedCall[] {
  const base = new Set(groups[BASE] ?? [])
  const careful = new Set(CAREFUL.flatMap((group) => groups[group] ?? []))
  return calls.filter(isNamed).filter(({ name }) => !base.has(name) || careful.has(name))
}

export interface Cover {
  /** Groups to be allowed whole. */
  groups: string[]
  /** Calls to be allowed besides. */
  calls: string[]
  /** How many calls that makes, and how many were seen. */
  allowed: number
  seen: number
}

/**
 * The narrowest allow list with a margin: of the harmless groups every one of which something was seen, whole, since
 * what is seen today is never all; of the careful ones only what was seen, with its siblings.
 */
export function cover(calls: readonly LearnedCall[], groups: Groups): Cover {
  const base = new Set(groups[BASE] ?? [])
  const careful = new Set(CAREFUL.flatMap((group) => groups[group] ?? []))
  const harmless = Object.entries(groups)
    .filter(([group]) => group !== BASE && group !== '@known')
    .filter(([, members]) => members.every((name) => base.has(name) && !careful.has(name)))
    .map(([group]) => group)
  const chosen = new Set<string>(harmless.filter((group) => group === '@default'))
  const alone: string[] = []
  for (const { name } of calls) {
    const group = groupsOf(name, groups).find((one) => harmless.includes(one))
    if (group === undefined) alone.push(name)
    else chosen.add(group)
  }
  const extra = withSiblings(alone, groups)
  const allowed = new Set([...[...chosen].flatMap((group) => groups[group] ?? []), ...extra])
  return { groups: [...chosen].sort(), calls: extra, allowed: allowed.size, seen: calls.length }
}
