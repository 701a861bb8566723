import type { Host } from '../../host/host.ts'
import { type Basis, readBasis } from '../../observe/basis.ts'
import { readMachine } from '../../observe/observe.ts'
import { first, showUnit } from '../../systemd/manager/show.ts'
import { type Here, machinesOf } from './here.ts'
import type { Plan } from './schema.ts'

/** What is here of a plan's unit; undefined where the unit is not loaded. Reads alone. */
export async function readHere(host: Host, plan: Plan): Promise<Here | undefined> {
  const { unit } = plan
  const properties = await showUnit(host, unit)
  if (first(properties, 'LoadState') !== 'loaded') return undefined
  const { architecture, systemd, syscallGroups } = await readMachine(host)
  const bases = await basesOf(host, plan)
  return { properties, groups: syscallGroups, bases, architecture, systemd }
}

/** Machines with the same programs share one reading. */
async function basesOf(host: Host, plan: Plan): Promise<Basis[]> {
  const read = new Map<string, Promise<Basis>>()
  const bases = machinesOf(plan).map(({ programs }) => {
    const key = programs.join('\n')
    const basis = read.get(key) ?? readBasis(host, plan.unit, programs)
    read.set(key, basis)
    return basis
  })
  return Promise.all(bases)
}
