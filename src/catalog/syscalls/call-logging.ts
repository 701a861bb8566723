import type { Facts } from '../../observe/facts.ts'
import { isLive } from '../../observe/trace/logged-calls.ts'
import { withSiblings } from '../../observe/trace/syscall-cover.ts'
import { applyAssignments } from '../../systemd/settings/settings.ts'
import { service } from '../common/proposal.ts'
import type { Assignment } from '../common/types.ts'
import { words } from '../common/unit-settings.ts'
import { learnedCalls } from './syscall-needs.ts'

const KEY = 'SystemCallLog'
const FILTER = 'SystemCallFilter'

/**
 * Made at every request, and let through by the groups that this stage proposes: to log one costs 10 µs each time. Where
 * the filter is to be exact, these count as all others do.
 */
const HOT_GROUPS = ['@default', '@basic-io', '@io-event']
const HOT_CALLS =
  `accept accept4 access fcntl fstat getdents64 getpeername getsockname getsockopt lstat newfstatat
  open openat readlink readlinkat recvfrom recvmmsg recvmsg rt_sigaction rt_sigprocmask sendfile sendmmsg sendmsg
  sendto setsockopt shutdown stat statx`.split(/\s+/)

/** The lines of the filter at hand, or those that say what is in force. */
function filterLines(facts: Facts, filter: readonly Assignment[] | undefined): string[] {
  const values = (filter ?? []).filter(({ key, value }) => key === FILTER && value !== '')
  // What fails with an error is let through no more than what is killed.
  if (values.length > 0) return values.map(({ value }) => value).filter((value) => !value.includes(':'))
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
 * Whether a clone taught which calls it makes as it is now. What was only seen live is no list of them; the filter lets
 * it through already.
 */
export function isTaught(facts: Facts): boolean {
  return learnedCalls(facts)?.some(({ sightings }) => !sightings.every(isLive)) ?? false
}

/**
 * The assignments that have the kernel let every call of the unit through and log those that would teach something: not
 * what is known by now, nor what every request makes. Where nothing was learned yet, only what the filter would deny is
 * logged. What it denies is logged in any case, known or not, since it would be killed. `filter` is what the stage
 * would write by now; without it, what is in force counts. Undefined where this systemd does not tell its groups, or
 * there is no list of what is let through.
 */
export function liveLog(facts: Facts, filter?: readonly Assignment[]): Assignment[] | undefined {
  const { syscallGroups: groups } = facts
  if (Object.keys(groups).length === 0) return undefined
  const lines = filterLines(facts, filter)
  const passing = allowed(facts, lines)
  if (passing === undefined) return undefined
  if (!isTaught(facts)) return assignments(['~@default', ...lines.map(inverted)])
  const existing = new Set(Object.values(groups).flat())
  const known = withSiblings(
    (learnedCalls(facts) ?? []).map(({ name }) => name),
    groups,
  )
  const left = [...new Set([...known, ...HOT_CALLS])].filter(
    (name) => existing.has(name) && passing.has(name),
  )
  const whole = HOT_GROUPS.filter((group) => groups[group]?.every((name) => passing.has(name)))
  return assignments([`~${[...whole, ...left.sort()].join(' ')}`])
}

function assignments(lines: readonly string[]): Assignment[] {
  return [service(KEY, ''), ...lines.map((line) => service(KEY, line))]
}

/** The calls that these assignments leave out of the log, so that a record of one is not the unit's. */
export function leftOut(facts: Facts, log: readonly Assignment[]): ReadonlySet<string> {
  const list = applyAssignments({}, log, facts.syscallGroups)[KEY] ?? []
  return new Set(list.filter((name) => name !== '~'))
}
