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
 * Calls of every request, which the proposed groups allow: logging one costs 10 µs each time. For an exact filter they
 * count like all others.
 */
const HOT_GROUPS = ['@default', '@basic-io', '@io-event']
const HOT_CALLS =
  `accept accept4 access fcntl fstat getdents64 getpeername getsockname getsockopt lstat newfstatat
  open openat readlink readlinkat recvfrom recvmmsg recvmsg rt_sigaction rt_sigprocmask sendfile sendmmsg sendmsg
  sendto setsockopt shutdown stat statx`.split(/\s+/)

/** The lines of the given filter, or of the filter in force. */
function filterLines(facts: Facts, filter: readonly Assignment[] | undefined): string[] {
  const values = (filter ?? []).filter(({ key, value }) => key === FILTER && value !== '')
  // A call that fails with an error is denied, like one that is killed.
  if (values.length > 0) return values.map(({ value }) => value).filter((value) => !value.includes(':'))
  const names = words(facts, FILTER).filter((name) => !name.includes(':'))
  return names.length === 0 ? [] : [names.join(' ')]
}

/** SystemCallLog= skips the calls of an inverted line: the lines of the filter reversed, each in its place. */
function inverted(line: string): string {
  return line.startsWith('~') ? line.slice(1) : `~${line}`
}

/** The calls that these lines allow; undefined for all. */
function allowed(facts: Facts, lines: readonly string[]): ReadonlySet<string> | undefined {
  if (lines.length === 0) return undefined
  const asked = [service(FILTER, ''), ...lines.map((line) => service(FILTER, line))]
  const list = applyAssignments({}, asked, facts.syscallGroups)[FILTER] ?? []
  return list[0] === '~' ? undefined : new Set(list)
}

/**
 * Whether a clone showed the calls of the service in its present state. Calls seen only live are no complete list, and
 * the filter already allows them.
 */
export function isTaught(facts: Facts): boolean {
  return learnedCalls(facts)?.some(({ sightings }) => !sightings.every(isLive)) ?? false
}

/**
 * The assignments that make the kernel allow every call of the unit and log only new ones: no known calls, and none of
 * every request. If nothing was learned, the kernel logs only what the filter would deny. A denied call is always
 * logged, known or not, since it would be killed. `filter` is what the stage would write; without it, the filter in
 * force counts. Undefined if this systemd does not list its groups, or no list of allowed calls exists.
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
