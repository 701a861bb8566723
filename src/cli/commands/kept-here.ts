import { ExpectedError } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { readBasis } from '../../observe/basis.ts'
import { parseGroup, parsePasswd } from '../../observe/config/accounts.ts'
import { readMachine } from '../../observe/observe.ts'
import type { KeptHere } from '../../session/export/kept-plan.ts'
import { loadState, type StoredState } from '../../session/store/store.ts'
import { noSuchUnit } from '../../session/walk/preflight.ts'
import { first, showUnit } from '../../systemd/manager/show.ts'
import { serviceName, shortName } from '../../systemd/manager/unit-name.ts'

/** What is kept of a unit. Throws where nothing is, or where a trial has not ended. */
export async function keptOf(host: Host, given: string): Promise<StoredState> {
  const name = serviceName(given)
  const properties = await showUnit(host, name, ['Id', 'LoadState'])
  const unit = first(properties, 'Id') || name
  const stored = await loadState(host, unit)
  if (stored === undefined && first(properties, 'LoadState') === 'not-found')
    throw noSuchUnit(host.manager, unit)
  if (stored === undefined || stored.kept.length === 0)
    throw new ExpectedError(
      `hardenctl keeps nothing for ${unit}`,
      `hardenctl plan ${shortName(unit)} -o FILE makes a plan, which can be exported too.`,
    )
  if (stored.pending !== undefined)
    throw new ExpectedError(
      `a trial of ${unit} has not ended`,
      'The next walk ends it: export it after that.',
    )
  return stored
}

/** Files that changed hands for what is kept, with the owners that they have now. */
async function ownersNow(host: Host, { kept }: StoredState): Promise<KeptHere['owners']> {
  const users = new Map(parsePasswd((await host.read('/etc/passwd')) ?? '').map(({ id, name }) => [id, name]))
  const groups = new Map(parseGroup((await host.read('/etc/group')) ?? '').map(({ id, name }) => [id, name]))
  const records = new Map(kept.flatMap((stage) => stage.records).map((record) => [record.path, record]))
  const owners = [...records.values()].map(async ({ path, gid, mode }) => {
    const stat = await host.stat(path)
    const user = stat === undefined ? undefined : users.get(stat.uid)
    if (stat === undefined || user === undefined) return []
    const group = stat.gid === gid ? null : (groups.get(stat.gid) ?? null)
    return [{ path, user, group, mode: stat.mode === mode ? null : stat.mode, why: 'It changed hands here.' }]
  })
  return (await Promise.all(owners)).flat()
}

/** What is kept of a unit, with what only this host knows of it. Reads alone. */
export async function keptHere(host: Host, stored: StoredState): Promise<KeptHere> {
  const { unit, kept } = stored
  const properties = await showUnit(host, unit, ['Description'])
  const proven = kept.map((stage) => stage.basis).findLast((one) => one !== undefined)
  const { unitFiles, ...basis } = proven ?? (await readBasis(host, unit, []))
  const [{ architecture }, name] = await Promise.all([readMachine(host), host.run(['uname', '-n'])])
  return {
    stored,
    description: first(properties, 'Description'),
    machine: { host: name.stdout.trim(), architecture, ...basis, unit_files: unitFiles },
    owners: await ownersNow(host, stored),
  }
}
