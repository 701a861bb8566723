import type { Remedy } from '../../catalog/common/remedy.ts'
import { remedyId } from '../../catalog/common/remedy.ts'
import type { Directive } from '../../catalog/common/types.ts'
import { CATALOG } from '../../catalog/index.ts'
import type { FailedCall, WaitingCall } from '../../observe/trace/learned.ts'
import type { Assignment } from '../../systemd/settings/assignment.ts'
import { directivesSet, forbidding, hiding } from './suspects.ts'

/**
 * Without these, root needs the permission bits of a file like everybody; the one that only reads is first
 * (capabilities(7)).
 */
const PAST_PERMISSIONS: readonly Remedy[] = [
  { kind: 'capability', name: 'CAP_DAC_READ_SEARCH' },
  { kind: 'capability', name: 'CAP_DAC_OVERRIDE' },
]

/** The kernel shows these of another account's process only to who may trace it: proc(5), ptrace(2). */
const OF_PROCESS =
  /^\/proc\/\d+\/(?:task\/\d+\/)?(?:auxv|cwd|environ|exe|fd|fdinfo|io|map_files|maps|mem|ns|pagemap|root|smaps|stack|syscall)(?:\/|$)/
const TRACING: Remedy = { kind: 'capability', name: 'CAP_SYS_PTRACE' }

const HIDING = new Set(['ENOENT', 'EACCES', 'EPERM', 'EROFS'])
const EXECUTING = new Set(['execve', 'execveat', 'mmap', 'uselib'])

function remediesOf(
  { name, error, path, needs = [], sightings }: FailedCall,
  set: readonly Directive[],
): Remedy[] {
  const sets = (wanted: string) => set.some(({ key }) => key === wanted)
  const by = sightings[0]?.program.split('/').at(-1) ?? ''
  const remedies: Remedy[] = []
  const isRefusal = error === 'EPERM' || error === 'EACCES'
  if (error === 'SIGSYS' && sets('SystemCallFilter')) remedies.push({ kind: 'system-call', name, by })
  if (error === 'EAFNOSUPPORT' && sets('RestrictAddressFamilies')) {
    remedies.push(...needs.map((family): Remedy => ({ kind: 'address-family', name: family })))
  }
  if (isRefusal && path !== undefined && EXECUTING.has(name) && sets('NoExecPaths')) {
    remedies.push({ kind: 'exec-path', path })
  }
  if (isRefusal && (sets('CapabilityBoundingSet') || sets('User'))) {
    const capabilities = needs.filter((need) => need.startsWith('cap_'))
    remedies.push(...capabilities.map((one): Remedy => ({ kind: 'capability', name: one.toUpperCase() })))
  }
  if (error === 'EACCES' && path !== undefined && sets('CapabilityBoundingSet') && !sets('User'))
    remedies.push(...(OF_PROCESS.test(path) ? [TRACING] : []), ...PAST_PERMISSIONS)
  if (isRefusal) remedies.push(...needs.flatMap((need) => forbidding(set, need)))
  if (path !== undefined && HIDING.has(error)) {
    const hidden = hiding(set, path)
    remedies.push(...hidden)
    if (error === 'EROFS' && hidden.length === 0) remedies.push({ kind: 'read-write-path', path })
  }
  if (error === 'EPERM' && remedies.length === 0 && sets('SystemCallFilter')) {
    remedies.push({ kind: 'system-call', name, by })
  }
  return remedies
}

/** Evidence of calls that failed under a trial: the kernel's words instead of the service's. */
export interface RefusedCall {
  remedies: Remedy[]
  /** "ip was refused socket AF_NETLINK (EAFNOSUPPORT)", of those calls that a remedy belongs to. */
  lines: string[]
}

const MAX_LINES = 6

/** A setuid program that was refused an act that worked before: it ran without its extra rights. */
function privilegedCaller(
  { error, sightings }: FailedCall,
  privileged: readonly string[],
): string | undefined {
  if (error !== 'EPERM' && error !== 'EACCES') return undefined
  return sightings.map(({ program }) => program).find((program) => privileged.includes(program))
}

function refusedText({ name, error, path, needs = [], sightings }: FailedCall): string {
  const by = sightings[0]?.program.split('/').at(-1) || 'a process'
  const what = path ?? needs.join(' or ')
  return `${by} was refused ${name}${what === '' ? '' : ` ${what}`} (${error})`
}

/** "in the trace: sh in wait4(2), cat in openat(2) /run/pipe"; undefined where nothing waits. */
export function waitingText(waiting: readonly WaitingCall[]): string | undefined {
  const each = waiting.map(({ program, name, path }) => {
    const by = program.split('/').at(-1) || 'a process'
    return `${by} in ${name}(2)${path === undefined ? '' : ` ${path}`}`
  })
  const distinct = [...new Set(each)].slice(0, MAX_LINES)
  return distinct.length === 0 ? undefined : `in the trace: ${distinct.join(', ')}`
}

/**
 * Remedies for calls that failed under a trial but not without it. A call that no setting of the trial explains has no
 * remedy and no line. `privileged`: setuid or setgid programs, by path.
 */
export function refusedCalls(
  failed: readonly FailedCall[],
  assignments: readonly Assignment[],
  privileged: readonly string[] = [],
  catalog: readonly Directive[] = CATALOG,
): RefusedCall {
  const set = directivesSet(catalog, assignments)
  const explained = failed.flatMap((one) => {
    const helper = privilegedCaller(one, privileged)
    const undone = forbidding(set, 'privileged')
    if (helper !== undefined && undone.length > 0) {
      const line = `${refusedText(one)}: it is setuid, and NoNewPrivileges disables that`
      return [{ remedies: undone, line }]
    }
    const remedies = remediesOf(one, set)
    return remedies.length === 0 ? [] : [{ remedies, line: refusedText(one) }]
  })
  const remedies = explained.flatMap((one) => one.remedies)
  return {
    remedies: [...new Map(remedies.map((remedy) => [remedyId(remedy), remedy])).values()],
    lines: [...new Set(explained.map(({ line }) => line))].slice(0, MAX_LINES),
  }
}
