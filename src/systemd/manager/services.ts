import type { Host } from '../../host/host.ts'
import { first, listOf, parseShow, showUnit } from './show.ts'

/** What `systemctl show` prints, by key. */
export type Properties = Record<string, string[]>

/** Units of one call: few enough for one command line, many enough that the calls cost nothing. */
const AT_ONCE = 60
/** Marks that some releases print before a unit that failed or is masked. */
const MARK = /^[^\w\\:@-]+\s*/

/** A service in the first column of `systemctl list-units` or `list-unit-files`, and the columns after it. */
export interface ListedService {
  name: string
  state: string
  /** Of list-units alone: ActiveState, SubState and Description. */
  active: string
  sub: string
  description: string
}

export function parseUnitList(text: string): ListedService[] {
  return text.split('\n').flatMap((line) => {
    const [name, state = '', active = '', sub = '', ...words] = line.replace(MARK, '').split(/\s+/)
    return name?.endsWith('.service') ? [{ name, state, active, sub, description: words.join(' ') }] : []
  })
}

/** Unit files that start nothing of their own. */
const NO_SERVICE = new Set(['alias', 'masked', 'masked-runtime', 'bad'])

async function list(host: Host, verb: 'list-units' | 'list-unit-files') {
  const options = ['--all', '--full', '--plain', '--no-legend', '--no-pager', '--type=service']
  return parseUnitList((await host.run(['systemctl', verb, ...options])).stdout)
}

/** The services that PID 1 has in memory, running or not, as it lists them. */
export async function listLoaded(host: Host): Promise<ListedService[]> {
  const units = await list(host, 'list-units')
  return units.filter(({ state }) => state === 'loaded')
}

/** The names of those. */
export async function loadedServices(host: Host): Promise<string[]> {
  return (await listLoaded(host)).map(({ name }) => name)
}

/**
 * The services that have a unit file: those that can be started, and templates, of which instances are made
 * ("getty@.service"). Takes much longer than loadedServices(), since systemctl reads each file.
 */
export async function installedServices(host: Host): Promise<{ startable: string[]; templates: string[] }> {
  const files = await list(host, 'list-unit-files')
  const names = files.filter(({ state }) => !NO_SERVICE.has(state)).map(({ name }) => name)
  return { startable: names.filter((name) => !isTemplate(name)), templates: names.filter(isTemplate) }
}

function isTemplate(name: string): boolean {
  return name.includes('@.')
}

/**
 * Parts the output of `systemctl show` for several units. Each part begins with the key that the whole begins with.
 * Undefined where that does not give `count` parts: a value may hold blank lines, and then each unit is asked alone.
 */
export function parseShowMany(text: string, count: number): Properties[] | undefined {
  const key = /^([A-Z][A-Za-z0-9]*)=/.exec(text)?.[1]
  if (key === undefined) return undefined
  const parts = text.split(new RegExp(`\\n\\n(?=${key}=)`))
  return parts.length === count ? parts.map(parseShow) : undefined
}

/** PID 1 answers one caller while systemctl prints for the others; more of them only take their time from each other. */
const SHARES = [0.27, 0.6, 1]

/**
 * Units in parts that are asked for at the same time, each larger than the one before, so that their answers come one
 * after the other and each is worked on while PID 1 gives the next.
 */
export function inTurns(units: readonly string[]): string[][] {
  if (units.length <= AT_ONCE) return units.length === 0 ? [] : [[...units]]
  const ends = SHARES.map((share) => Math.round(units.length * share))
  return ends.map((end, at) => units.slice(at === 0 ? 0 : ends[at - 1], end))
}

/** Units in parts of what one call asks of. */
function inCalls(units: readonly string[]): string[][] {
  const parts = Math.ceil(units.length / AT_ONCE)
  return Array.from({ length: parts }, (_, at) => units.slice(at * AT_ONCE, (at + 1) * AT_ONCE))
}

/** Properties of several units, in their order: all of them, or those that are named. */
export async function showUnits(
  host: Host,
  units: readonly string[],
  properties: readonly string[] = [],
): Promise<Properties[]> {
  const parts = inCalls(units).map((some) => showTogether(host, some, properties))
  return (await Promise.all(parts)).flat()
}

/** As showUnits(), in one call: for as many units as inTurns() gives. */
export async function showTogether(
  host: Host,
  units: readonly string[],
  properties: readonly string[],
): Promise<Properties[]> {
  const named = properties.length === 0 ? [] : ['Id', 'Names', ...properties]
  const chosen = named.length === 0 ? '--all' : `--property=${named.join(',')}`
  const { stdout } = await host.run(['systemctl', 'show', '--no-pager', chosen, '--', ...units])
  const found = parseShowMany(stdout, units.length)
  const isTheirs = found?.every((one, index) => namesOf(one).includes(units[index] as string))
  if (found !== undefined && isTheirs === true) return found
  return Promise.all(units.map((unit) => showUnit(host, unit, named)))
}

function namesOf(properties: Properties): string[] {
  return [first(properties, 'Id'), ...listOf(properties, 'Names')]
}
