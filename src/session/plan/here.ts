import { type Basis, changedSince } from '../../observe/basis.ts'
import type { Groups } from '../../systemd/settings/settings-kinds.ts'
import type { Machine, Plan } from './schema.ts'

/** What is on this host of what a plan is about. */
export interface Here {
  /** All of `systemctl show --all` of the unit. */
  properties: Readonly<Record<string, string[]>>
  groups: Groups
  /** For each of machinesOf(), with the packages of the programs that ran there. */
  bases: readonly Basis[]
  architecture: string
  /** Major version. */
  systemd: number
}

/** The machines on which a plan was made: one, or those of the plans that it is merged of. */
export function machinesOf({ made_on, also_made_on = [] }: Plan): Machine[] {
  return [made_on, ...also_made_on]
}

/** "one, systemd 257 (257.9-1)" */
export function machineWords({ host, systemd }: Machine): string {
  return [host, systemd].filter(Boolean).join(', ')
}

/** What is another here than on a machine, each as a clause. */
function differences(machine: Machine, basis: Basis | undefined, architecture: string): string[] {
  const { unit_files, host: _, architecture: then, ...rest } = machine
  const versions = basis === undefined ? [] : changedSince({ ...rest, unitFiles: unit_files }, basis)
  return then === architecture ? versions : [`${then} then, ${architecture} now`, ...versions]
}

/** The machine that is most like this one, and what is another here. */
export function nearestMachine(
  plan: Plan,
  { bases, architecture }: Here,
): { machine: Machine; differences: string[] } {
  const all = machinesOf(plan).map((machine, at) => ({
    machine,
    differences: differences(machine, bases[at], architecture),
  }))
  const [first] = all.toSorted((a, b) => a.differences.length - b.differences.length)
  return first ?? { machine: plan.made_on, differences: [] }
}
