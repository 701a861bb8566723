import { orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { processesOfGroup, readOfGroup } from '../../observe/proc/control-group.ts'
import { parseRunTime } from '../../observe/proc/process-status.ts'
import { usageOf } from './touched.ts'

/** Of one processor: less is what any program does at rest. */
const BUSY_SHARE = 0.1

/** Microseconds for which some process of a control group waited for a processor (PSI); 0 where nobody counts it. */
export function parsePressure(cpuPressure: string | undefined): number {
  return Number(/^some .*\btotal=(\d+)$/m.exec(cpuPressure ?? '')?.[1] ?? 0)
}

/**
 * Processor time of the processes in a control group so far, in microseconds. Too coarse for more than whether they
 * work, and what ended unnoticed is missing: for hosts where nobody counts it by group, which is version 1 without
 * CPUAccounting=.
 */
async function usageOfProcesses(host: Host, group: string): Promise<number> {
  const pids = await processesOfGroup(host, group, new Set())
  const texts = await Promise.all(pids.map((pid) => host.read(`/proc/${pid}/stat`).catch(orElse(undefined))))
  return texts.reduce((sum, text) => sum + parseRunTime(text ?? ''), 0)
}

/** Looks whether a service is still loading what it serves: Type=simple tells of a start that is over at once. */
export class ComingUp {
  readonly #host: Host
  #last: { at: number; us: number } | undefined

  constructor(host: Host) {
    this.#host = host
  }

  /** Whether the processes in the control group `group` worked, or waited for a processor, since the last look. */
  async look(group: string): Promise<boolean> {
    const [counted, pressure] = await Promise.all([
      usageOf(this.#host, group),
      readOfGroup(this.#host, group, 'cpu.pressure'),
    ])
    const usage = counted ?? (await usageOfProcesses(this.#host, group))
    const now = { at: performance.now(), us: usage + parsePressure(pressure) }
    const last = this.#last
    this.#last = now
    return last !== undefined && now.us - last.us >= (now.at - last.at) * 1000 * BUSY_SHARE
  }
}
