import { setTimeout as pause } from 'node:timers/promises'
import type { Host, KernelProcesses } from '../../host/host.ts'
import { foldersOfGroup } from '../../observe/proc/control-group.ts'

/** A process that comes and goes within this is not seen. */
const LOOK_MS = 200

/** Whose process it was: somebody else's if it was seen alive outside the unit's control group. */
export type Seen = 'own' | 'foreign' | 'not seen'

/**
 * The processes that were seen in a unit's control group, and those seen elsewhere, by their ids in the kernel's log:
 * a process that a filter killed is gone before its record can be read, so that it must have been seen before.
 */
export class Sightings {
  readonly #host: Host
  readonly #kernel: KernelProcesses | undefined
  readonly #own = new Set<number>()
  readonly #elsewhere = new Set<number>()

  constructor(host: Host) {
    this.#host = host
    this.#kernel = host.kernelProcesses
  }

  /** False in a PID namespace of hardenctl's own: every process is "not seen" then. */
  get canSee(): boolean {
    return this.#kernel !== undefined
  }

  /** Looks once; `group` is the unit's ControlGroup. Only processes that were not seen before cost anything. */
  async look(group: string): Promise<void> {
    const kernel = this.#kernel
    if (kernel === undefined) return
    const folders = await foldersOfGroup(this.#host, group, new Set())
    // In this order: a process that is born between the two readings is known next time.
    const living = await kernel.living()
    const members = (await Promise.all(folders.map((folder) => kernel.members(folder)))).flat()
    for (const pid of members) this.#own.add(pid)
    const others = living.filter((pid) => !this.#own.has(pid) && !this.#elsewhere.has(pid))
    const names = await Promise.all(others.map((pid) => kernel.nameOf(pid)))
    for (const [index, pid] of others.entries()) {
      // PID 1 calls a child so until it has moved to its unit's group and executes the unit's program.
      const name = names[index]
      if (name !== undefined && !/^(\(|systemd)/.test(name)) this.#elsewhere.add(pid)
    }
  }

  /** Looks again and again while something else is waited for. */
  async during<Result>(group: string, work: Promise<Result>): Promise<Result> {
    let over = false
    const done = work.finally(() => {
      over = true
    })
    const looking = async () => {
      while (!over && this.canSee) {
        await this.look(group)
        // The caller gets the error through `done` itself.
        await Promise.race([pause(LOOK_MS), done.catch(() => undefined)])
      }
    }
    const [result] = await Promise.all([done, looking()])
    return result
  }

  of(pid: number): Seen {
    if (this.#own.has(pid)) return 'own'
    return this.#elsewhere.has(pid) ? 'foreign' : 'not seen'
  }
}
