import type { Host } from '../../host/host.ts'
import { readBasis } from '../../observe/basis.ts'
import { readMachine } from '../../observe/observe.ts'
import { first, showUnit } from '../../systemd/manager/show.ts'
import type { Here } from './diff-lines.ts'
import type { Plan } from './schema.ts'

/** What is here of a plan's unit; undefined where the unit is not loaded. Reads alone. */
export async function readHere(host: Host, { unit, made_on }: Plan): Promise<Here | undefined> {
  const properties = await showUnit(host, unit)
  if (first(properties, 'LoadState') !== 'loaded') return undefined
  const { architecture, syscallGroups } = await readMachine(host)
  const basis = await readBasis(host, unit, made_on.programs)
  return { properties, groups: syscallGroups, basis, architecture }
}
