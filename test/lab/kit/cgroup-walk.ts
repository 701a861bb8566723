import { expect } from 'vitest'
import type { CgroupMode } from './holder.ts'
import { bootLab, type Lab, type LabWish } from './lab.ts'
import { type Listing, list } from './listing.ts'
import { comparable, leftovers } from './subjects.ts'
import { walked } from './walked.ts'

export interface CgroupWalk extends LabWish {
  cgroups: CgroupMode
  /** The one service, without its type. */
  service: string
  /** All but those of a short watch at the end. */
  options: readonly string[]
  /** So many processes are its own. */
  processes: string
  limitMs?: number
}

/**
 * What a walk must bring back. A clone has a weight of its own, for which systemd gives each unit a group of the
 * processor's controller. In a container it may not come to remove its own again: it can't move what is outside.
 */
async function listed(lab: Lab, unit: string): Promise<Listing> {
  const { machine, ...rest } = comparable(await list(lab, unit))
  const cgroups = machine.cgroups.filter((path) => path !== '/sys/fs/cgroup/cpu/init.scope')
  return { ...rest, machine: { ...machine, cgroups } }
}

/**
 * Walks a service in a lab of its own, undoes that, and holds the lab to what it was before: all hierarchies are listed.
 * Returns what the walk said.
 */
export async function walkAndUndo(wish: CgroupWalk): Promise<string> {
  const { service, options, processes, limitMs } = wish
  const lab = await bootLab({ ...wish, services: [service] })
  try {
    const before = await listed(lab, service)
    const { stdout, kept } = await walked(lab, service, options, limitMs)
    expect(kept, stdout).not.toBe('')
    expect(await leftovers(lab)).toEqual([])
    expect((await lab.run(['hardenctl', 'status', service])).exitCode).toBe(0)
    // A minute and a half, if PID 1 waits for a process of the undo script.
    const undo = await lab.run(['hardenctl', 'undo', service], { timeoutMs: 30_000 })
    expect(undo, undo.stdout).toMatchObject({ exitCode: 0, stderr: '' })
    expect(undo.stdout).toContain(`${processes}, at rest, none killed`)
    expect(await listed(lab, service)).toEqual(before)
    return stdout
  } finally {
    await lab.stop()
  }
}
