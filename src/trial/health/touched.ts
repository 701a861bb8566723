import { setTimeout as pause } from 'node:timers/promises'
import type { Host } from '../../host/host.ts'
import { readOfGroup } from '../../observe/proc/control-group.ts'

/** Processor time of a control group so far, in microseconds; undefined where the kernel does not count it. */
export function parseUsage(cpuStat: string | undefined): number | undefined {
  const usage = /^usage_usec (\d+)$/m.exec(cpuStat ?? '')?.[1]
  return usage === undefined ? undefined : Number(usage)
}

export interface Usage {
  /** Milliseconds that were looked at. */
  ms: number
  /** Microseconds of processor time in them. */
  us: number
}

/**
 * Whether a service did anything during an exercise that it does not do by itself: no process answers a packet, a signal
 * or a file without being run for it.
 */
export function didSomething(during: Usage, idle: Usage): boolean {
  const byItself = idle.ms > 0 ? (idle.us / idle.ms) * during.ms : 0
  return during.us > byItself
}

const IDLE_MS = 400
/** A service at rest may take so many microseconds of processor time in so many milliseconds, for timers of its own. */
const QUIET_MS = 150
const QUIET_US = 3000

/** Whether this is what a service does at rest, timers of its own included. */
function isIdle({ us, ms }: Usage): boolean {
  return us / Math.max(1, ms) <= QUIET_US / QUIET_MS
}

/**
 * Waits until the processes in the control group `group` have done next to nothing for a moment, so that what they do
 * at their start is over; `mostMs` at most, and for that long where nobody can tell.
 */
export async function untilIdle(host: Host, group: string, mostMs: number): Promise<void> {
  const until = performance.now() + mostMs
  while (performance.now() < until) {
    const { usage } = await usageDuring(host, group, () => pause(QUIET_MS))
    if (usage !== undefined && isIdle(usage)) return
  }
}

/** Processor time of the control group `group` so far, in microseconds; undefined where nobody counts it. */
export async function usageOf(host: Host, group: string): Promise<number | undefined> {
  return parseUsage(await readOfGroup(host, group, 'cpu.stat'))
}

async function usageDuring<T>(
  host: Host,
  group: string,
  doing: () => Promise<T>,
): Promise<{ result: T; usage: Usage | undefined }> {
  const [began, before] = [performance.now(), await usageOf(host, group)]
  const result = await doing()
  const after = await usageOf(host, group)
  const ms = performance.now() - began
  return {
    result,
    usage: before === undefined || after === undefined ? undefined : { ms, us: after - before },
  }
}

/**
 * Does something, and tells whether the processes in the control group `group` (its path, as the unit's ControlGroup=)
 * noticed; undefined where nobody can tell.
 */
export async function watchTouched<T>(
  host: Host,
  group: string,
  doing: () => Promise<T>,
): Promise<{ result: T; touched: boolean | undefined }> {
  const { usage: idle } = await usageDuring(host, group, () => pause(IDLE_MS))
  const { result, usage: during } = await usageDuring(host, group, doing)
  const known = group !== '' && idle !== undefined && during !== undefined
  return { result, touched: known ? didSomething(during, idle) : undefined }
}
