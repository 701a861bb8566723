import type { Facts } from '../../observe/facts.ts'
import { few } from '../common/proposal.ts'
import { startsUnprivileged } from '../common/unit-settings.ts'
import { type Exception, learnedCalls } from './syscall-needs.ts'

/** Functions of the C library that a program calls by itself, and the system call behind each: nice(3), initgroups(3). */
const BEHIND: Readonly<Record<string, string>> = {
  chown: 'chown',
  fchown: 'fchown',
  fchownat: 'fchownat',
  initgroups: 'setgroups',
  lchown: 'lchown',
  nice: 'setpriority',
  pthread_setaffinity_np: 'sched_setaffinity',
  pthread_setschedparam: 'sched_setscheduler',
  sched_setaffinity: 'sched_setaffinity',
  sched_setparam: 'sched_setparam',
  sched_setscheduler: 'sched_setscheduler',
  setegid: 'setresgid',
  seteuid: 'setresuid',
  setgid: 'setgid',
  setgroups: 'setgroups',
  setpriority: 'setpriority',
  setregid: 'setregid',
  setresgid: 'setresgid',
  setresuid: 'setresuid',
  setreuid: 'setreuid',
  setuid: 'setuid',
}

/**
 * Calls that its own programs have and that were not seen. To an account without rights the kernel refuses nearly all of
 * them, for which programs are made; no program is made for being killed at one, on a day when nobody looks. Where the
 * service was not traced, a trial has to show what is needed, and an error would hide that.
 */
export function refusedOfImports(facts: Facts, kept: readonly Exception[]): Exception | undefined {
  const seen = learnedCalls(facts)
  if (!startsUnprivileged(facts) || seen === undefined || seen.length === 0) return undefined
  const settled = new Set([...seen.map(({ name }) => name), ...kept.flatMap((one) => one.names)])
  const { syscallGroups } = facts
  const isKept = (name: string) =>
    settled.has(name) || [...settled].some((one) => syscallGroups[one]?.includes(name) === true)
  const calls = (facts.reach?.imports ?? []).flatMap((name) => BEHIND[name] ?? [])
  const names = [...new Set(calls)].filter((name) => !isKept(name)).sort()
  if (names.length === 0) return undefined
  const verb = names.length === 1 ? 'fails' : 'fail'
  const why = `${few(names, 4)} ${verb} with an error instead of killing: its programs have them for something that was not seen.`
  return { names, why, triable: false, refused: true }
}
