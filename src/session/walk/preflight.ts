import { dirname } from 'node:path'
import { distrust } from '../../host/distrust.ts'
import type { Host } from '../../host/host.ts'
import type { Manager } from '../../host/manager.ts'
import { overallExposure } from '../../systemd/exposure/security.ts'
import { first, listOf, showUnit } from '../../systemd/manager/show.ts'
import { isOneshot } from '../../systemd/manager/unit-kind.ts'
import { serviceName, shortName } from '../../systemd/manager/unit-name.ts'
import { bootedWithSystemd, systemdVersion } from '../../systemd/manager/version.ts'
import { keptPath } from '../../systemd/settings/drop-in.ts'
import { dropInPaths } from '../../trial/transaction/trial-paths.ts'
import { endsAgainAndAgain, hasFailed } from './ended.ts'
import { Refusal } from './refusal.ts'
import { requireTriable } from './triable.ts'
import { byHandForUsers, isUserUnit, SANDBOXES_ALONE } from './user-unit.ts'

/** The first release with ProtectProc=, ProcSubset= and the machine-readable output of systemctl. */
const OLDEST_SYSTEMD = 247

export interface Subject {
  /** Id=, aliases resolved. */
  unit: string
  description: string
  systemd: number
  /** Active units that a restart would take down or restart too. */
  dragged: string[]
  /** It does its work and ends, and is at rest now. */
  oneshot: boolean
  /** A service that does not run: it is started in clones alone. */
  stopped: boolean
}

/** `versionOf`: for who has asked for its version already. */
export async function requireSystemd(
  host: Host,
  versionOf: () => Promise<number> = () => systemdVersion(host),
): Promise<number> {
  if (!(await bootedWithSystemd(host))) {
    throw new Refusal(
      'this machine was not booted with systemd',
      'Run hardenctl on the server itself, not in a container.',
    )
  }
  const version = await versionOf()
  if (version < OLDEST_SYSTEMD) {
    throw new Refusal(
      `systemd ${version} is too old: hardenctl needs ${OLDEST_SYSTEMD} or newer`,
      'Upgrade systemd.',
    )
  }
  return version
}

export function noSuchUnit({ kind, words }: Manager, unit: string): Refusal {
  const whose = kind === 'user' ? 'your manager' : 'this machine'
  return new Refusal(
    `there is no unit ${unit}`,
    `${words.systemctl} list-units --type=service lists the services of ${whose}.`,
  )
}

/** Older managers of users need PrivateUsers=yes beside most settings. */
function requireSandboxing(unit: string, systemd: number): void {
  if (systemd >= SANDBOXES_ALONE) return
  throw new Refusal(
    `systemd ${systemd} is too old for units of users: hardenctl needs ${SANDBOXES_ALONE} or newer there`,
    byHandForUsers(shortName(unit), systemd),
  )
}

async function requireLoaded(host: Host, { unit, systemd, properties }: Found): Promise<void> {
  const name = shortName(unit)
  const load = first(properties, 'LoadState')
  const { systemctl } = host.manager.words
  if (load === 'not-found' && host.manager.kind === 'system' && (await isUserUnit(host, unit))) {
    throw new Refusal(
      `${unit} is a unit of the managers of users (systemctl --user), and root walks units of the system's`,
      byHandForUsers(name, systemd),
    )
  }
  if (load === 'not-found') {
    throw noSuchUnit(host.manager, unit)
  }
  if (load === 'masked')
    throw new Refusal(`${unit} is masked`, `${systemctl} unmask ${name} makes it startable.`)
  if (load !== 'loaded')
    throw new Refusal(`${unit} could not be loaded (${load})`, `${systemctl} status ${name} says why.`)
  if (first(properties, 'Transient') === 'yes') {
    throw new Refusal(
      `${unit} is transient: it has no unit file, and ends with its process`,
      'Harden a unit that has a file.',
    )
  }
}

/** A run that goes on, or failed without any change, shows nothing. */
function requireAtRest({ words }: Manager, unit: string, properties: Record<string, string[]>): void {
  const active = first(properties, 'ActiveState')
  const name = shortName(unit)
  if (active === 'failed') {
    throw new Refusal(
      `the last run of ${unit} failed (${first(properties, 'Result')})`,
      `${words.systemctl} status ${name} says more. ${words.systemctl} reset-failed ${name}, then try again, if it was by chance.`,
    )
  }
  if (active !== 'inactive' && active !== 'active')
    throw new Refusal(`${unit} is at work now (${active})`, 'Try again when it has ended.')
}

/** A service that runs shows what it needs, and one that is stopped shows it in a clone. */
async function requireSteady(host: Host, unit: string, properties: Record<string, string[]>): Promise<void> {
  const { words } = host.manager
  const active = first(properties, 'ActiveState')
  if (first(properties, 'SubState').startsWith('auto-restart'))
    throw await endsAgainAndAgain(host, unit, Number(first(properties, 'NRestarts')) || 1)
  if (active === 'failed')
    throw await hasFailed(host, unit, first(properties, 'Result'), first(properties, 'InvocationID'))
  if (active !== 'active' && active !== 'inactive') {
    throw new Refusal(
      `${unit} is ${active || 'not active'}: hardenctl cannot see what it needs`,
      `${words.systemctl} start ${shortName(unit)}, then try again.`,
    )
  }
  if (first(properties, 'SubState') === 'exited') {
    throw new Refusal(
      `the process of ${unit} has ended, and RemainAfterExit=yes keeps it active`,
      `If it should run, ${words.systemctl} status ${shortName(unit)} tells why it does not: repair it, then try again. If its work is to end, Type=oneshot in its unit lets hardenctl walk it.`,
    )
  }
}

/**
 * Active units that the unit's restart would stop or restart: systemd.unit(5), RequiredBy=, BoundBy=, ConsistsOf=. A
 * socket, path or timer that starts nothing but this unit serves nobody else.
 */
async function draggedUnits(host: Host, properties: Record<string, string[]>): Promise<string[]> {
  const named = ['RequiredBy', 'BoundBy', 'ConsistsOf'].flatMap((key) => listOf(properties, key))
  const units = [...new Set(named)].filter((name) => !name.endsWith('.target'))
  const own = new Set(listOf(properties, 'TriggeredBy'))
  const shown = await Promise.all(units.map((name) => showUnit(host, name, ['ActiveState', 'Triggers'])))
  return units.filter((name, index) => {
    const unit = shown[index] ?? {}
    return (
      first(unit, 'ActiveState') === 'active' && !(own.has(name) && listOf(unit, 'Triggers').length === 1)
    )
  })
}

/** Whoever can write to the folders of a unit's drop-ins decides what root runs, and can change it after a proof. */
async function requireOwnFolders(host: Host, unit: string): Promise<void> {
  for (const path of [keptPath(host.manager, unit), ...dropInPaths(host.manager, unit)].map(dirname)) {
    const stat = await host.stat(path)
    if (stat === undefined || distrust(path, stat, 'directory', host.manager.uid) === undefined) continue
    throw new Refusal(
      `${path} can be written by users other than ${host.manager.kind === 'user' ? 'you and root' : 'root'}`,
      `Nothing was changed. ls -ld ${path} shows who may write there.`,
    )
  }
}

/** A unit that PID 1 has loaded from a file, as it was shown. */
export interface Found {
  /** Id=, aliases resolved. */
  unit: string
  systemd: number
  properties: Record<string, string[]>
}

/** Finds the unit that is meant. Changes nothing. */
export async function findUnit(host: Host, given: string): Promise<Found> {
  const name = serviceName(given)
  const systemd = await requireSystemd(host)
  if (host.manager.kind === 'user') requireSandboxing(name, systemd)
  const properties = await showUnit(host, name)
  await requireLoaded(host, { unit: name, systemd, properties })
  return { unit: first(properties, 'Id') || name, systemd, properties }
}

/** Units that a walk would restart too, or why it would be refused now. Changes nothing. */
export async function wayOf(
  host: Host,
  found: Found,
): Promise<Pick<Subject, 'dragged'> | { reason: string; next: string }> {
  try {
    await requireLoaded(host, found)
    return await preflight(host, found)
  } catch (error) {
    if (error instanceof Refusal) return { reason: error.message, next: error.next }
    throw error
  }
}

/** systemd.socket(5), Accept=: each connection has an instance of its own, which ends with it. */
async function requireLasting(host: Host, unit: string): Promise<void> {
  const prefix = /^([^@]+)@/.exec(unit)?.[1]
  if (prefix === undefined) return
  const socket = `${prefix}.socket`
  if (first(await showUnit(host, socket, ['Accept']), 'Accept') !== 'yes') return
  throw new Refusal(
    `${unit} serves one connection (Accept=yes of ${socket}) and ends with it`,
    'Nothing was changed: each connection starts another instance, so none stays to be proven.',
  )
}

/**
 * The exposure ×10 of a unit now. Since 259 systemd loads libseccomp only once it wants to filter calls: where it is missing, no
 * filter is applied though the unit shows one, and systemd-analyze ends without a word.
 */
export async function requireExposure(host: Host, unit: string): Promise<number> {
  const exposure = await overallExposure(host, unit)
  if (exposure !== undefined) return exposure
  throw new Refusal(
    `systemd-analyze security ${shortName(unit)} does not tell its exposure`,
    'Nothing was changed. Where libseccomp is missing (the package libseccomp2), systemd filters no system calls either: install it, then try again.',
  )
}

/** Refuses what can't be hardened safely. Changes nothing. */
export async function preflight(host: Host, { unit, systemd, properties }: Found): Promise<Subject> {
  await requireLasting(host, unit)
  const oneshot = isOneshot(properties)
  if (oneshot) requireAtRest(host.manager, unit, properties)
  else await requireSteady(host, unit, properties)
  await requireTriable(host, unit, properties)
  await requireOwnFolders(host, unit)
  const stopped = !oneshot && first(properties, 'ActiveState') === 'inactive'
  return {
    unit,
    description: first(properties, 'Description'),
    systemd,
    dragged: oneshot || stopped ? [] : await draggedUnits(host, properties),
    oneshot,
    stopped,
  }
}
