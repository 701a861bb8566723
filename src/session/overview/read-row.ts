import { foldersToGive } from '../../catalog/user/closed-files.ts'
import { orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import type { BlindSpots } from '../../observe/blind-spots.ts'
import type { Facts } from '../../observe/facts.ts'
import { type MachineFacts, observe } from '../../observe/observe.ts'
import { processesOfGroup } from '../../observe/proc/control-group.ts'
import { readSocketsOf } from '../../observe/proc/sockets.ts'
import { readSurroundings } from '../../observe/surroundings.ts'
import { type Exposure, exposure } from '../../systemd/exposure/exposure.ts'
import { type ListedService, type Properties, showUnits } from '../../systemd/manager/services.ts'
import { first, listOf, showUnit } from '../../systemd/manager/show.ts'
import { settingsFromShow } from '../../systemd/settings/settings.ts'
import type { StoredState } from '../store/store.ts'
import { wayOf } from '../walk/preflight.ts'
import { type Accepted, countedExposure } from './accepted.ts'
import { EXPOSED_BY } from './ask-manager.ts'
import { keptNow } from './kept.ts'
import { networkReach, reachOfSocketUnits } from './network.ts'
import { predictWalk } from './prediction.ts'
import type { NetworkReach, Obstacle, ServiceRow, ServiceState } from './row.ts'

/** What is known of the host before its services are looked at. */
export interface Known {
  machine: MachineFacts
  states: ReadonlyMap<string, StoredState>
  accepted: readonly Accepted[]
}

/** A unit as it was shown, with its row so far. */
export interface Shown {
  row: ServiceRow
  properties: Properties
}

export function templateRow(unit: string): ServiceRow {
  const obstacle = {
    reason: `${unit} is a template`,
    next: `Name an instance, for example ${unit.replace('@.', '@name.')}.`,
  }
  return { unit, description: '', state: 'template', type: '', triggeredBy: [], obstacle, complete: true }
}

/** As much as a list tells of a service. */
export function listedRow(
  { name, active, sub, description }: ListedService,
  score: number | undefined,
): ServiceRow {
  const state = stateOf(active, sub, [])
  const known = score === undefined ? {} : { exposure: score }
  return { unit: name, description, state, type: '', triggeredBy: [], complete: false, ...known }
}

export async function shownRows(
  host: Host,
  answer: Promise<Properties[]>,
  known: Promise<Known>,
): Promise<Shown[]> {
  const [all, { machine, states, accepted }] = await Promise.all([answer, known])
  const shown = all.filter((properties) => first(properties, 'LoadState') === 'loaded')
  return Promise.all(
    shown.map(async (properties) => {
      const row = plainRow(properties, machine, accepted)
      const stored = states.get(row.unit)
      if (stored === undefined) return { row, properties }
      const { summary } = await keptNow(host, stored, await showUnit(host, row.unit), machine.syscallGroups)
      return { row: summary === undefined ? row : { ...row, kept: summary }, properties }
    }),
  )
}

const scores = new WeakMap<MachineFacts, Map<string, Exposure>>()

/** The exposure of a unit; many services of a host have the same settings, often none. */
function scored(properties: Properties, machine: MachineFacts): Exposure {
  const known = scores.get(machine) ?? new Map<string, Exposure>()
  scores.set(machine, known)
  const key = EXPOSED_BY.map((name) => properties[name]?.join('\0')).join('\n')
  const found = known.get(key) ?? exposure(settingsFromShow(properties), machine)
  known.set(key, found)
  return found
}

/** What PID 1 tells of a unit. */
function plainRow(properties: Properties, machine: MachineFacts, accepted: readonly Accepted[]): ServiceRow {
  const unit = first(properties, 'Id')
  const triggeredBy = listOf(properties, 'TriggeredBy')
  const state = stateOf(first(properties, 'ActiveState'), first(properties, 'SubState'), triggeredBy)
  const found = scored(properties, machine)
  const counted = countedExposure(unit, found, accepted)
  const row: ServiceRow = {
    unit,
    description: first(properties, 'Description'),
    state,
    type: first(properties, 'Type'),
    triggeredBy,
    exposure: found.score,
    ...(counted === found.score ? {} : { counted }),
    account: accountOf(properties),
    complete: state !== 'running',
  }
  const obstacle = obstacleOf(unit, properties, state)
  return obstacle === undefined ? row : { ...row, obstacle }
}

function stateOf(active: string, sub: string, triggeredBy: readonly string[]): ServiceState {
  if (active === 'active' || active === 'reloading') return sub === 'exited' ? 'exited' : 'running'
  if (active === 'failed') return 'failed'
  if (active !== 'inactive') return 'changing'
  return triggeredBy.length > 0 ? 'waiting' : 'stopped'
}

function accountOf(properties: Properties): string {
  if (first(properties, 'DynamicUser') === 'yes') return 'dynamic'
  const user = first(properties, 'User')
  return user === '' || user === '0' ? 'root' : user
}

function obstacleOf(unit: string, properties: Properties, state: ServiceState): Obstacle | undefined {
  if (state === 'running' || state === 'stopped' || state === 'waiting') return undefined
  if (state === 'exited' && first(properties, 'Type') === 'oneshot') return undefined
  const active = first(properties, 'ActiveState')
  if (state === 'exited')
    return {
      reason: `${unit} has finished and has no process`,
      next: 'Only a service with running processes can be proven healthy.',
    }
  return { reason: `${unit} is ${active}: hardenctl cannot see what it needs`, next: 'Start it first.' }
}

/** A stopped service that a socket or timer starts; without an active one it is merely stopped. */
export async function withTriggers(host: Host, { row }: Shown): Promise<ServiceRow> {
  const shown = await showUnits(host, row.triggeredBy, ['ActiveState', 'Listen'])
  const active = shown.filter((one) => first(one, 'ActiveState') === 'active')
  if (active.length === 0) return row.state === 'waiting' ? { ...row, state: 'stopped' } : row
  const network = reachOfSocketUnits(active.flatMap((one) => one.Listen ?? []))
  return network.listens.length > 0 || network.local ? { ...row, network } : row
}

export async function readNetwork(host: Host, properties: Properties): Promise<NetworkReach> {
  const gaps: BlindSpots = new Set()
  const pids = await processesOfGroup(host, first(properties, 'ControlGroup'), gaps)
  const reach = networkReach(await readSocketsOf(host, pids, Number(first(properties, 'MainPID'))))
  if (first(properties, 'PrivateNetwork') !== 'yes') return reach
  // Nobody else is in its own network; a socket unit's sockets are in the host's.
  const listens = reach.listens.filter(({ bySocketUnit }) => bySocketUnit === true)
  return { listens, local: reach.local || listens.length < reach.listens.length }
}

/** What stands in the way of a walk, or else what it would come to. */
export async function withPrediction(host: Host, shown: Shown, machine: MachineFacts): Promise<ServiceRow> {
  const row: ServiceRow = { ...shown.row, complete: true }
  const properties = await showUnit(host, row.unit)
  const found = { unit: row.unit, systemd: machine.systemd, properties }
  const way = await wayOf(host, found)
  if ('reason' in way) return { ...row, obstacle: { reason: way.reason, next: way.next } }
  const drags = way.dragged.length === 0 ? {} : { drags: way.dragged }
  const facts = await factsFor(host, row.unit, machine).catch(orElse(undefined))
  if (facts === undefined) return { ...row, ...drags }
  return { ...row, ...drags, prediction: predictWalk(facts).prediction }
}

/** All that can be seen of a service without a restart, as the proposals of a walk want it. */
export async function factsFor(host: Host, unit: string, machine: MachineFacts): Promise<Facts> {
  const facts = await observe(host, unit, machine)
  const around = await readSurroundings({ host, facts }, { host, facts }, facts, foldersToGive(facts))
  return { ...facts, ...around, given: { level: 'standard', asked: true, exercised: false } }
}
