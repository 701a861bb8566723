import type { Facts } from '../observe/facts.ts'
import { isLive } from '../observe/live.ts'
import { withSiblings } from '../observe/syscall-cover.ts'
import { applyAssignments } from '../systemd/settings.ts'
import { service } from './assignment.ts'
import { proposalsFor } from './index.ts'
import { words } from './settings.ts'
import type { Assignment } from './types.ts'

const KEY = 'SystemCallLog'
const FILTER = 'SystemCallFilter'

/** Made at every request, and in no filter of this stage ever left out: to log one costs 10 µs each time. */
const HOT_GROUPS = ['@default', '@basic-io', '@io-event']
const HOT_CALLS =
  `accept accept4 access fcntl fstat getdents64 getpeername getsockname getsockopt lstat newfstatat
  open openat readlink readlinkat recvfrom recvmmsg recvmsg rt_sigaction rt_sigprocmask sendfile sendmmsg sendmsg
  sendto setsockopt shutdown stat statx`.split(/\s+/)

/** The lines of the filter that this stage proposes, or those that say what is in force. */
function filterLines(facts: Facts): string[] {
  const row = proposalsFor('syscalls', facts).find(({ directive }) => directive.key === FILTER)
  if (row?.result.kind === 'propose') {
    return row.result.assignments
      .filter(({ key, value }) => key === FILTER && value !== '' && !value.includes(':'))
      .map(({ value }) => value)
  }
  const names = words(facts, FILTER).filter((name) => !name.includes(':'))
  return names.length === 0 ? [] : [names.join(' ')]
}

/** SystemCallLog= leaves out what an inverted line names: the reverse of a filter's lines, each in its place. */
function inverted(line: string): string {
  return line.startsWith('~') ? line.slice(1) : `~${line}`
}

/** What these lines let through; undefined for all. */
function allowed(facts: Facts, lines: readonly string[]): ReadonlySet<string> | undefined {
  if (lines.length === 0) return undefined
  const asked = [service(FILTER, ''), ...lines.map((line) => service(FILTER, line))]
  const list = applyAssignments({}, asked, facts.syscallGroups)[FILTER] ?? []
  return list[0] === '~' ? undefined : new Set(list)
}

/**
 * Whether a clone taught which calls it makes. What was only seen live is no list of them; the filter lets it through
 * already.
 */
export function isTaught({ learned }: Facts): boolean {
  return learned?.calls.some(({ sightings }) => !sightings.every(isLive)) ?? false
}

/**
 * The assignments that have the kernel let every call of the unit through and log those that would teach something: not
 * what is known by now, nor what every request makes. Where nothing was learned yet, only what the stage's filter would
 * deny is logged. What that filter denies is logged in any case, known or not, since it would be killed. Undefined
 * where this systemd does not tell its groups, or has a filter in force that denies by a list.
 */
export function liveLog(facts: Facts): Assignment[] | undefined {
  const { learned, syscallGroups: groups } = facts
  if (Object.keys(groups).length === 0) return undefined
  const lines = filterLines(facts)
  const passing = allowed(facts, lines)
  if (passing === undefined) return undefined
  if (!isTaught(facts)) return assignments(['~@default', ...lines.map(inverted)])
  const existing = new Set(Object.values(groups).flat())
  const known = withSiblings(
    (learned?.calls ?? []).map(({ name }) => name),
    groups,
  )
  const left = [...new Set([...known, ...HOT_CALLS])].filter(
    (name) => existing.has(name) && passing.has(name),
  )
  return assignments([`~${[...HOT_GROUPS.filter((name) => name in groups), ...left.sort()].join(' ')}`])
}

function assignments(lines: readonly string[]): Assignment[] {
  return [service(KEY, ''), ...lines.map((line) => service(KEY, line))]
}

/** The calls that these assignments leave out of the log, so that a record of one is not the unit's. */
export function leftOut(facts: Facts, log: readonly Assignment[]): ReadonlySet<string> {
  const list = applyAssignments({}, log, facts.syscallGroups)[KEY] ?? []
  return new Set(list.filter((name) => name !== '~'))
}
