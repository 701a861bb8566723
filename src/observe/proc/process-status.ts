import type { ProcessFacts } from '../facts.ts'
import { capabilitiesOfMask } from './capability-sets.ts'

/** The part of a process that /proc/PID/status tells. */
export type ProcessStatus = Pick<
  ProcessFacts,
  | 'name'
  | 'uid'
  | 'gid'
  | 'groups'
  | 'capabilities'
  | 'noNewPrivileges'
  | 'seccomp'
  | 'umask'
  | 'seccompFilters'
>

/**
 * Parses /proc/PID/status (proc_pid_status(5)). undefined when it holds no Uid line: an empty text is what a
 * process leaves that ended between open and read. The kernel writes a newline in a name as "\n", so a name
 * can't add lines.
 */
export function parseStatus(text: string): ProcessStatus | undefined {
  const fields = new Map<string, string>()
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':')
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1).trim())
  }
  const uid = identities(fields.get('Uid'))
  const gid = identities(fields.get('Gid'))
  if (!uid || !gid) return undefined
  const filters = fields.get('Seccomp_filters')
  return {
    name: fields.get('Name') ?? '',
    uid,
    gid,
    groups: numbers(fields.get('Groups')),
    capabilities: {
      inheritable: capabilitiesOfMask(fields.get('CapInh') ?? ''),
      permitted: capabilitiesOfMask(fields.get('CapPrm') ?? ''),
      effective: capabilitiesOfMask(fields.get('CapEff') ?? ''),
      bounding: capabilitiesOfMask(fields.get('CapBnd') ?? ''),
      ambient: capabilitiesOfMask(fields.get('CapAmb') ?? ''),
    },
    noNewPrivileges: fields.get('NoNewPrivs') === '1',
    seccomp: SECCOMP[fields.get('Seccomp') ?? '0'] ?? 'none',
    ...(filters === undefined ? {} : { seccompFilters: Number(filters) }),
    umask: octal(fields.get('Umask')),
  }
}

const SECCOMP: Record<string, ProcessStatus['seccomp']> = { 0: 'none', 1: 'strict', 2: 'filter' }

function numbers(text: string | undefined): number[] {
  return (text ?? '').split(/\s+/).filter(Boolean).map(Number)
}

function identities(text: string | undefined): ProcessFacts['uid'] | undefined {
  const [real, effective, saved, filesystem] = numbers(text)
  if (real === undefined || effective === undefined || saved === undefined || filesystem === undefined) {
    return undefined
  }
  return { real, effective, saved, filesystem }
}

/** -1 where the kernel doesn't tell (before 4.7). */
function octal(text: string | undefined): number {
  return text && /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : -1
}

/** The part of a process that /proc/PID/stat tells. */
export type ProcessStat = Pick<ProcessFacts, 'parent' | 'startTicks' | 'nice' | 'scheduling'>

/**
 * Parses /proc/PID/stat or /proc/PID/task/TID/stat (proc_pid_stat(5)): fields 4 ppid, 19 nice, 22 starttime in
 * clock ticks since boot, 41 policy. The second field is the name in parentheses and may itself hold blanks and
 * parentheses, so the fields are counted from the last ")". undefined when the text is not of that shape.
 */
export function parseStat(text: string): ProcessStat | undefined {
  const afterName = text.lastIndexOf(')')
  if (afterName < 0) return undefined
  const fields = text
    .slice(afterName + 1)
    .trim()
    .split(' ')
  const field = (number: number) => fields[number - 3]
  const startTicks = field(22)
  if (startTicks === undefined) return undefined
  return {
    parent: Number(field(4)),
    startTicks,
    nice: Number(field(19)),
    scheduling: POLICIES[Number(field(41) ?? 0)] ?? 'other',
  }
}

/**
 * Microseconds for which a process ran so far, with its children that have ended and that it waited for, from the same
 * text: fields 14 to 17, in hundredths of a second for every program (USER_HZ). 0 when the text is not of that shape.
 */
export function parseRunTime(text: string): number {
  const fields = text
    .slice(text.lastIndexOf(')') + 1)
    .trim()
    .split(' ')
  const ticks = fields.slice(14 - 3, 18 - 3).map(Number)
  return ticks.length < 4 || ticks.some(Number.isNaN) ? 0 : ticks.reduce((sum, one) => sum + one, 0) * 10_000
}

/** sched(7): the numbers of include/uapi/linux/sched.h. */
const POLICIES: Record<number, ProcessFacts['scheduling']> = {
  0: 'other',
  1: 'fifo',
  2: 'rr',
  3: 'batch',
  5: 'idle',
  6: 'deadline',
}

/** Policies that RestrictRealtime= forbids to set (systemd.exec(5)). */
const REALTIME = new Set<ProcessFacts['scheduling']>(['fifo', 'rr', 'deadline'])

/** The policy that speaks for a process of several threads: a realtime one if any thread has it. */
export function schedulingOfThreads(
  main: ProcessFacts['scheduling'],
  threads: readonly ProcessFacts['scheduling'][],
): ProcessFacts['scheduling'] {
  if (REALTIME.has(main)) return main
  return threads.find((policy) => REALTIME.has(policy)) ?? main
}

/**
 * Parses /proc/PID/cmdline: arguments that each end with NUL. A process that writes its own title
 * ("nginx: worker process") leaves one long argument, sometimes padded with many NULs.
 */
export function parseCmdline(text: string): string[] {
  const trimmed = text.replace(/\0+$/, '')
  return trimmed === '' ? [] : trimmed.split('\0')
}
