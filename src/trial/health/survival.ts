import { setTimeout as pause } from 'node:timers/promises'
import type { Host } from '../../host/host.ts'
import { JOB_LIMIT_MS, queue, resetFailed } from '../../systemd/manager/control.ts'
import { takeSnapshot, type UnitSnapshot } from './unit-snapshot.ts'

/** A process that dies of a question dies at once; PID 1 knows within milliseconds. */
const AFTERMATH_MS = 80

function isSame(before: UnitSnapshot, now: UnitSnapshot): boolean {
  return (
    now.active === before.active &&
    now.invocation === before.invocation &&
    now.mainPid === before.mainPid &&
    now.restarts === before.restarts
  )
}

/** Whether a service lives on under the questions that it is asked. */
export class Survival {
  readonly #host: Host
  readonly #unit: string
  #before: UnitSnapshot

  private constructor(host: Host, unit: string, before: UnitSnapshot) {
    this.#host = host
    this.#unit = unit
    this.#before = before
  }

  static async watch(host: Host, unit: string): Promise<Survival> {
    return new Survival(host, unit, await takeSnapshot(host, unit))
  }

  /** Asked after a question: false when the service ended, or was started anew by systemd, since the last time. */
  async holds(): Promise<boolean> {
    await pause(AFTERMATH_MS)
    const now = await takeSnapshot(this.#host, this.#unit)
    return isSame(this.#before, now)
  }

  /**
   * Makes a service that ended run again, by its own Restart= or by a start; true if it is active. Later questions are
   * compared with the new processes.
   */
  async revive(): Promise<boolean> {
    const [host, unit] = [this.#host, this.#unit]
    const until = performance.now() + JOB_LIMIT_MS
    let asked = false
    for (;;) {
      const now = await takeSnapshot(host, unit)
      this.#before = now
      if (now.active === 'active' && !now.busy) return true
      if (performance.now() > until) return false
      // One that waits for its own restart is activating.
      if ((now.active === 'failed' || now.active === 'inactive') && !now.busy) {
        if (asked) return false
        asked = true
        await resetFailed(host, unit)
        await queue(host, 'start', unit)
      }
      await pause(100)
    }
  }
}
