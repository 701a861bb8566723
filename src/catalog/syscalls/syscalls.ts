import type { Facts } from '../../observe/facts.ts'
import { seen } from '../common/evidence.ts'
import { few, inForce, list, proposed } from '../common/proposal.ts'
import { sessionOpener } from '../common/roles.ts'
import { denying } from '../common/squeeze.ts'
import type { Directive, Evidence, NotProposed, Proposed, Rung, Squeeze } from '../common/types.ts'
import { setting, startsUnprivileged } from '../common/unit-settings.ts'
import { CALL_LIST, CALLS_WITH_ERRORS, ERROR_NAME } from '../common/values.ts'
import { mayStartAny } from '../reach/reached.ts'
import type { Possibility } from '../reach/uses.ts'
import { exactFilter } from './exact-filter.ts'
import { refusedOfImports } from './imported-calls.ts'
import { BASE, filterLines, type PresentFilter, presentFilter } from './syscall-filter.ts'
import { type Exception, exceptions, learnedCalls, members } from './syscall-needs.ts'

/** The groups that @system-service holds and that most services can do without. */
const LEFT_OUT = ['@privileged', '@resources'] as const

/** From an allow list in force, remove only whole groups: somebody chose a part of a group by hand. */
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
 * Calls of @system-service that few services make, that had kernel flaws, and that a service makes at its start or
 * never. Not @sync, @timer, @ipc or @memlock: any service may call those at a rare request, and would be killed.
 */
const SELDOM: { word: string; usedBy: RegExp }[] = [
  { word: '@keyring', usedBy: /\/(libkeyutils|libkrb5|libpam|libecryptfs)[.\-\d]/ },
  { word: '@aio', usedBy: /\/(libaio|liburing|libuv|libnode)[.\-\d]|\/node$/ },
  { word: 'userfaultfd', usedBy: /\/(libjvm|libcriu)[.\-\d]/ },
]

function squeezes(facts: Facts, kept: readonly Exception[]): Squeeze[] {
  const mapped = facts.processes.flatMap(({ executable, libraries }) => [executable, ...libraries])
  // What nobody saw may use them.
  const seldom = (mayStartAny(facts) === undefined ? SELDOM : []).filter(
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
  const needed = exceptions(facts)
  const refused = refusedOfImports(facts, needed)
  const kept = refused === undefined ? needed : [...needed, refused]
  const without = groupsToLeaveOut(facts, kept)
  if (present.kind === 'allow' && without.length === 0) {
    return inForce(
      'It already has an allow list, which contains no whole group.',
      `${present.names.length} calls`,
    )
  }
  const rungs = [
    without,
    ...(without.length > 1 ? [['@resources']] : []),
    ...(without.length > 0 ? [[]] : []),
  ].map(
    (groups): Rung => ({
      value: BASE,
      ...(groups.length === 0 ? {} : { without: groups }),
      assignments: filterLines(facts, groups, kept),
    }),
  )
  const first = rungs[0] as Rung
  const possible = squeezes(facts, kept)
  const exact = exactFilter(facts, kept)
  return proposed(BASE, first.assignments, evidence(facts, present, kept), {
    ...(first.without ? { without: first.without } : {}),
    ladder: rungs,
    ...(exact ? { other: exact } : {}),
    ...(possible.length > 0 ? { squeezes: possible } : {}),
    ...cautionOf(facts),
  })
}

/** Why the filter is left to the person. */
function cautionOf(facts: Facts): { caution?: string } {
  if (facts.ofUser?.readsKernelLog === false)
    return {
      caution: 'You may not read the kernel’s log, so a helper that the filter kills would go unseen.',
    }
  const session = startsUnprivileged(facts) ? undefined : sessionOpener(facts)
  if (session === undefined) return {}
  const { name, pid } = session
  return { caution: `${name} (pid ${pid}) opens sessions: hardenctl cannot see what runs in them.` }
}

function evidence(facts: Facts, present: PresentFilter, kept: readonly Exception[]): (string | Evidence)[] {
  const size = members(facts, BASE).length
  return [
    ...(size > 0 ? [`${BASE} of this systemd has ${size} calls, chosen for ordinary services.`] : []),
    ...margin(facts),
    ...kept.map(({ names, why }) => seen(why, names.length === 1 ? names[0] : undefined)),
    ...(present.kind === 'deny' && present.names.length > 0
      ? [`The unit denies ${few(present.names)}: these stay denied.`]
      : []),
    ...(present.kind === 'allow'
      ? [`The unit allows ${present.names.length} calls: no others are added.`]
      : []),
  ]
}

/** The calls that the groups allow beyond those seen: the margin for rare calls. */
function margin(facts: Facts): string[] {
  const calls = learnedCalls(facts)
  if (calls === undefined || calls.length === 0) return []
  const base = members(facts, BASE)
  const count = calls.filter(({ name }) => base.includes(name)).length
  return [`${count} of them were seen; the others are a margin for rare requests, errors and updates.`]
}

/** Calls of what its configuration names stay in the filter: exceptions() has them from its capabilities. */
function leavesCalls(_: Proposed, { from }: Possibility): boolean {
  return from === 'named'
}

export const SYSCALLS: Directive[] = [
  {
    key: 'SystemCallFilter',
    takes: CALL_LIST,
    writes: { SystemCallFilter: CALLS_WITH_ERRORS },
    denies: ['act-as-others', 'mount', 'kernel-state'],
    leavesOpen: leavesCalls,
    stage: 'syscalls',
    since: 187,
    enforcer: 'filter',
    what: 'Allows only the system calls of ordinary services, without those for privileged work and for setting priorities and limits. The kernel kills a process that makes another call, and logs the name of the call.',
    breaks:
      'A rare code path or a helper program that makes a call outside the list dies ("Bad system call"), perhaps while the service itself looks healthy.',
    wins: 'An intruder cannot reach most of the kernel: modules, mounts, debugging, clocks, swap and a hundred more calls.',
    failsWith: { exits: [228] },
    propose: proposeFilter,
  },
  {
    key: 'SystemCallErrorNumber',
    takes: ERROR_NAME,
    stage: 'syscalls',
    since: 209,
    what: 'Makes a forbidden system call fail with an error instead of killing the process.',
    breaks:
      'A program that ignores the error continues with wrong results, and the kernel log no longer shows the cause.',
    wins: 'A rare code path fails softly. It does not lower the exposure.',
    propose: (facts) => {
      const now = setting(facts, 'SystemCallErrorNumber')
      if (now !== undefined && now !== '' && now !== '0' && now !== 'kill' && !/^2147483/.test(now)) {
        return inForce('The unit already sets an error number.', now)
      }
      return proposed('EPERM', list('SystemCallErrorNumber', ['EPERM']).slice(-1), [], {
        caution: 'It hides violations: without a kill, nothing records the missing call.',
      })
    },
  },
]
