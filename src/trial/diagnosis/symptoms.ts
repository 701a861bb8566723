import type { Remedy } from '../../catalog/common/remedy.ts'
import type { FailureEvidence } from './failure-evidence.ts'

/**
 * A sign of a failure and its remedies. A new one touches only this table; signs of one directive are in that
 * directive's entry of the catalog.
 */
export interface Symptom {
  id: string
  /** A description for the reader of the table. */
  seen: string
  read(evidence: FailureEvidence): Remedy[]
}

function sets({ assignments }: FailureEvidence, ...keys: string[]): boolean {
  return assignments.some(({ key, value }) => keys.includes(key) && value !== '')
}

/** Lines of the service and of PID 1 that match, with the match. */
export function lines(evidence: FailureEvidence, pattern: RegExp): RegExpExecArray[] {
  return evidence.journal.flatMap(({ message }) =>
    message.split('\n').flatMap((line) => {
      const match = pattern.exec(line)
      return match ? [match] : []
    }),
  )
}

const PATH = String.raw`(/[^\s:'"(),;]+)`

/** The absolute paths in a line, without what punctuation leaves at the end. */
function pathsIn(line: string): string[] {
  return [...line.matchAll(new RegExp(PATH, 'g'))].map((match) => (match[1] as string).replace(/[.\]]+$/, ''))
}

/** The missing capability behind a line that says "not permitted" or "denied". */
const CAPABILITY_LINES: readonly [RegExp, string[]][] = [
  [/bind|make_sock|listen/i, ['CAP_NET_BIND_SERVICE']],
  [/chown/i, ['CAP_CHOWN']],
  [/setgid|setgroups|initgroups|setresgid|gid\b/i, ['CAP_SETGID']],
  [/setuid|setresuid|setreuid|uid\b|change user|switch user/i, ['CAP_SETUID']],
  [/\bkill\b|signal/i, ['CAP_KILL']],
  [/setrlimit|RLIMIT|nofile|open files/i, ['CAP_SYS_RESOURCE']],
  [/chroot/i, ['CAP_SYS_CHROOT']],
  [/chmod/i, ['CAP_FOWNER']],
  [/priority|nice|sched/i, ['CAP_SYS_NICE']],
  [/mlock|lock memory/i, ['CAP_IPC_LOCK']],
]

/** The family of an address that a line names. */
const FAMILY_LINES: readonly [RegExp, string][] = [
  [/\b\d{1,3}(?:\.\d{1,3}){3}\b/, 'AF_INET'],
  [/\[[\da-f]*:[\da-f:.]*\]/i, 'AF_INET6'],
  [/\bunix:|\.sock\b/i, 'AF_UNIX'],
  [/netlink/i, 'AF_NETLINK'],
]

/** Families of sockets that nobody names in a log: those for asking the kernel, and for its own helpers. */
const SILENT_FAMILIES = ['AF_NETLINK', 'AF_UNIX']

function families(evidence: FailureEvidence): Remedy[] {
  const set = evidence.assignments.filter(({ key }) => key === 'RestrictAddressFamilies')
  const words = set.flatMap(({ value }) => value.split(' ')).filter(Boolean)
  if (words.length === 0) return []
  const refused = lines(evidence, /address family not supported/i)
  const denied = (name: string) => words[0]?.startsWith('~') === true || !words.includes(name)
  const named = FAMILY_LINES.flatMap(([pattern, name]) =>
    refused.some(({ input }) => pattern.test(input)) && denied(name) ? [name] : [],
  )
  const suspects = refused.length === 0 || named.length > 0 ? named : SILENT_FAMILIES.filter(denied)
  return suspects.map((name): Remedy => ({ kind: 'address-family', name }))
}

function capabilities(evidence: FailureEvidence): Remedy[] {
  // An empty bounding set is the tightest of all, not an unset one.
  const bounded = evidence.assignments.some(({ key }) => key === 'CapabilityBoundingSet')
  if (!bounded && !sets(evidence, 'User')) return []
  return lines(evidence, /permission denied|operation not permitted|not permitted/i).flatMap(({ input }) => {
    const named = CAPABILITY_LINES.filter(([pattern]) => pattern.test(input)).flatMap(([, names]) => names)
    const denied = /permission denied/i.test(input) && pathsIn(input).length > 0 && named.length === 0
    return [...named, ...(denied ? ['CAP_DAC_OVERRIDE'] : [])].map(
      (name): Remedy => ({ kind: 'capability', name }),
    )
  })
}

/** Calls that the kernel answers with EPERM anyway when the capability is not there: capabilities(7). */
const NEEDED: readonly [string, string[]][] = [
  ['@chown', ['cap_chown']],
  ['@setuid', ['cap_setuid', 'cap_setgid']],
]

/** Allows a killed call; a call that could not have succeeded anyway fails instead, which costs nothing. */
function killedCalls({ records, capabilities: held, groups }: FailureEvidence): Remedy[] {
  return [...new Set(records.map(({ name }) => name))].map((name): Remedy => {
    const by = [...new Set(records.filter((record) => record.name === name).map(({ comm }) => comm))].join(
      ', ',
    )
    const needed = NEEDED.find(([group]) => groups[group]?.includes(name))?.[1]
    const hopeless = needed !== undefined && !needed.some((capability) => held.includes(capability))
    return { kind: hopeless ? 'refuse-softly' : 'system-call', name, by }
  })
}

/** SD_MESSAGE_SPAWN_FAILED, with EXECUTABLE= and ERRNO=: systemd's sd-messages.h. */
const SPAWN_FAILED = '641257651c1b4ec9a8624d7a40a9e1e7'
/** errno(3) */
const EACCES = '13'

export const SYMPTOMS: readonly Symptom[] = [
  {
    id: 'killed-call',
    seen: 'the kernel logged a system call that the filter killed',
    read: killedCalls,
  },
  {
    id: 'refused-call',
    seen: 'it broke even when the call only failed: it needs the call to succeed',
    read: ({ assignments }) =>
      assignments.flatMap(({ key, value }): Remedy[] => {
        const name = /^~([a-z0-9_]+):EPERM$/.exec(value)?.[1]
        return key === 'SystemCallFilter' && name ? [{ kind: 'system-call', name, by: '' }] : []
      }),
  },
  {
    id: 'killed-silently',
    seen: 'a process died of SIGSYS, and no record names the call',
    read: (evidence) => {
      const { records, last } = evidence
      const died = last?.exitCode !== 1 && last?.exitStatus === 31
      const said = lines(evidence, /bad system call|SIGSYS|signal 31|status=31/i).length > 0
      return records.length === 0 && (died || said) && sets(evidence, 'SystemCallFilter')
        ? [{ kind: 'step-down', key: 'SystemCallFilter' }]
        : []
    },
  },
  {
    id: 'mount-missing',
    seen: '226/NAMESPACE names a missing path',
    read: (evidence) =>
      lines(evidence, /Failed (?:to set up mount namespacing|at step NAMESPACE).*/i).flatMap(({ input }) =>
        pathsIn(input.replace(/spawning \S+/, ''))
          .map((path) => path.replace(/^\/run\/systemd\/(?:unit-root|mount-rootfs)/, ''))
          .filter((path) => evidence.assignments.some(({ value }) => value.split(' ').includes(path)))
          .map((path): Remedy => ({ kind: 'optional-path', path })),
      ),
  },
  {
    id: 'not-executable',
    seen: 'a program could not be executed: Permission denied',
    read: (evidence) => {
      if (!sets(evidence, 'NoExecPaths')) return []
      const pattern =
        /(?:execut|spawning|exec\b|loading shared|failed to map|interpreter).*permission denied|permission denied.*exec/i
      // The name of the speaker may precede the path: "/usr/lib/x/start: 2: exec: /srv/tool: Permission denied".
      const refused = lines(evidence, pattern).flatMap(({ input }) => pathsIn(input).slice(-1))
      const mapped = lines(evidence, /failed to map segment|cannot open shared object/i).flatMap(
        ({ input }) => pathsIn(input),
      )
      const shell = lines(evidence, /(\/\S+): permission denied/i).flatMap(({ input }) =>
        pathsIn(input).slice(-1),
      )
      const likely = shell.filter((path) => /\/(s?bin|lib\w*|libexec)\//.test(path))
      const all = [...refused, ...mapped, ...likely]
      return [...new Set(all)].map((path): Remedy => ({ kind: 'exec-path', path }))
    },
  },
  {
    id: 'spawn-failed',
    seen: 'PID 1 says with errno EACCES that it could not execute a program',
    read: (evidence) =>
      sets(evidence, 'NoExecPaths')
        ? evidence.journal.flatMap(({ messageId, fields }): Remedy[] => {
            const path = fields.EXECUTABLE ?? ''
            const denied = messageId === SPAWN_FAILED && fields.ERRNO === EACCES && path.startsWith('/')
            return denied ? [{ kind: 'exec-path', path }] : []
          })
        : [],
  },
  {
    id: 'read-only',
    seen: 'EROFS with a path',
    read: (evidence) =>
      lines(evidence, /read-only file system/i).flatMap(({ input }) =>
        // The name of the speaker may precede the path: "/usr/lib/x/start: 3: cannot create /srv/y: Read-only …".
        pathsIn(input)
          .slice(-1)
          .map((path): Remedy => ({ kind: 'read-write-path', path })),
      ),
  },
  { id: 'capability', seen: 'EPERM or EACCES where a capability would have helped', read: capabilities },
  {
    id: 'address-family',
    seen: 'EAFNOSUPPORT',
    read: families,
  },
]
