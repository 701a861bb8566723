import type { LearnedCall } from './learned.ts'

type Groups = Readonly<Record<string, readonly string[]>>

const BASE = '@system-service'
/** Groups that are not allowed as a whole for one seen call: only the seen calls and their siblings. */
const CAREFUL = ['@privileged', '@resources'] as const

/** Calls that do the same: the C library chooses one of them, and an update may choose another. */
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
