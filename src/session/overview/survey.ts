import type { Host } from '../../host/host.ts'
import { readMachine } from '../../observe/observe.ts'
import { installedServices, loadedServices } from '../../systemd/manager/services.ts'
import { loadStates } from '../store/store.ts'
import type { Accepted } from './accepted.ts'
import {
  type Known,
  readNetwork,
  type Shown,
  shownRows,
  templateRow,
  withPrediction,
  withTriggers,
} from './read-row.ts'
import { byWorth, type ServiceRow } from './row.ts'

/** Services that are looked into at the same time. */
const AT_ONCE = 3

export interface SurveyWish {
  /** Real names of the units; undefined for all services of the host. */
  units?: readonly string[]
  accepted: readonly Accepted[]
  /** A person left: nothing more is read. */
  signal?: AbortSignal
}

export interface Survey {
  rows: ServiceRow[]
  /** What could not be read, in sentences. */
  problems: string[]
}

/** The rows so far, and the readers that know them better and better. */
class Surveying {
  readonly #host: Host
  readonly #known: Known
  readonly #rows = new Map<string, ServiceRow>()
  readonly #said: (rows: ServiceRow[]) => void

  constructor(host: Host, known: Known, said: (rows: ServiceRow[]) => void) {
    this.#host = host
    this.#known = known
    this.#said = said
  }

  rows(): ServiceRow[] {
    return byWorth([...this.#rows.values()])
  }

  #put(rows: readonly ServiceRow[]): void {
    for (const row of rows) this.#rows.set(row.unit, row)
    this.#said(this.rows())
  }

  async look(units: readonly string[]): Promise<Shown[]> {
    const shown = await shownRows(this.#host, units, this.#known)
    this.#put(shown.map(({ row }) => row))
    return shown
  }

  async lookAtInstalled(): Promise<Shown[]> {
    const { startable, templates } = await installedServices(this.#host)
    this.#put(templates.map(templateRow))
    return this.look(startable.filter((name) => !this.#rows.has(name)))
  }

  /** What wakes a service that does not run. */
  async lookAtTriggers(one: Shown): Promise<void> {
    this.#put([await withTriggers(this.#host, one)])
  }

  async lookAtNetwork(one: Shown): Promise<void> {
    one.row = { ...one.row, network: await readNetwork(this.#host, one.properties) }
    this.#put([one.row])
  }

  async predict(one: Shown): Promise<void> {
    this.#put([await withPrediction(this.#host, one, this.#known.machine)])
  }
}

/**
 * Looks at the services of a host without changing or restarting anything. `said` gets all rows so far each time that
 * some are known better: first what PID 1 tells, then what is in /proc, last what a walk would come to.
 */
export async function survey(
  host: Host,
  { units, accepted, signal }: SurveyWish,
  said: (survey: Survey) => void = () => undefined,
): Promise<Survey> {
  const [machine, names, { states, problems }] = await Promise.all([
    readMachine(host),
    units ?? loadedServices(host),
    loadStates(host),
  ])
  const surveying = new Surveying(host, { machine, states, accepted }, (rows) => said({ rows, problems }))
  const each = async (some: readonly Shown[], work: (one: Shown) => Promise<void>) => {
    for (const one of some) if (signal?.aborted !== true) await work(one)
  }
  const loaded = await surveying.look(names)
  const running = loaded.filter(({ row }) => row.state === 'running')
  await each(running, (one) => surveying.lookAtNetwork(one))
  const rest = units === undefined && signal?.aborted !== true ? await surveying.lookAtInstalled() : []
  const triggered = [...loaded, ...rest].filter(({ row }) => row.triggeredBy.length > 0)
  await each(
    triggered.filter(({ row }) => row.state !== 'running'),
    (one) => surveying.lookAtTriggers(one),
  )
  const order = byWorth(running.map(({ row }) => row)).map(({ unit }) => unit)
  const queue = [...running].sort((a, b) => order.indexOf(a.row.unit) - order.indexOf(b.row.unit))
  const turns = Array.from({ length: AT_ONCE }, (_, turn) =>
    queue.filter((_one, at) => at % AT_ONCE === turn),
  )
  await Promise.all(turns.map((turn) => each(turn, (one) => surveying.predict(one))))
  return { rows: surveying.rows(), problems }
}
