import type { Host } from '../../host/host.ts'
import { readMachine } from '../../observe/observe.ts'
import { inCalls, installedServices, loadedServices } from '../../systemd/manager/services.ts'
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
  /** May be promised: PID 1 is asked meanwhile. */
  accepted: readonly Accepted[] | Promise<readonly Accepted[]>
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
  readonly #known: Promise<Known>
  readonly #rows = new Map<string, ServiceRow>()
  readonly #said: () => void

  constructor(host: Host, known: Promise<Known>, said: () => void) {
    this.#host = host
    this.#known = known
    this.#said = said
  }

  rows(): ServiceRow[] {
    return [...this.#rows.values()].sort(byWorth)
  }

  #put(rows: readonly ServiceRow[]): void {
    for (const row of rows) this.#rows.set(row.unit, row)
    this.#said()
  }

  /** In parts, each of which is worked on while PID 1 answers the next. */
  async look(units: readonly string[]): Promise<Shown[]> {
    const parts = inCalls(units).map(async (some) => {
      const shown = await shownRows(this.#host, some, this.#known)
      this.#put(shown.map(({ row }) => row))
      return shown
    })
    return (await Promise.all(parts)).flat()
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
    const { machine } = await this.#known
    this.#put([await withPrediction(this.#host, one, machine)])
  }
}

/** Works on each of them in their order, on `most` at the same time. */
async function fewAtOnce<Item>(
  items: readonly Item[],
  most: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const left = items.values()
  const worker = async () => {
    for (const item of left) await work(item)
  }
  await Promise.all(Array.from({ length: most }, worker))
}

/**
 * Looks at the services of a host without changing or restarting anything. `said` is called each time that some rows are
 * known better, with a function that sorts all of them: first what PID 1 tells, then what is in /proc, last what a walk
 * would come to. `isStep` once PID 1 has told of all that it has in memory.
 */
export async function survey(
  host: Host,
  { units, accepted, signal }: SurveyWish,
  said: (soFar: () => Survey, isStep: boolean) => void = () => undefined,
): Promise<Survey> {
  // Before all else, since everything waits for PID 1.
  const listed = units === undefined ? loadedServices(host) : Promise.resolve(units)
  let problems: string[] = []
  const known = Promise.all([readMachine(host), loadStates(host), accepted]).then(
    ([machine, stored, exceptions]) => {
      problems = stored.problems
      return { machine, states: stored.states, accepted: exceptions }
    },
  )
  const soFar = () => ({ rows: surveying.rows(), problems })
  const surveying = new Surveying(host, known, () => said(soFar, false))
  const each = (some: readonly Shown[], most: number, work: (one: Shown) => Promise<void>) =>
    fewAtOnce(some, most, async (one) => {
      if (signal?.aborted !== true) await work(one)
    })
  // It is waited for below, and may fail before.
  known.catch(() => undefined)
  const [loaded] = await Promise.all([listed.then((names) => surveying.look(names)), known])
  said(soFar, true)
  const running = loaded.filter(({ row }) => row.state === 'running')
  await each(running, 1, (one) => surveying.lookAtNetwork(one))
  const rest = units === undefined && signal?.aborted !== true ? await surveying.lookAtInstalled() : []
  const triggered = [...loaded, ...rest].filter(({ row }) => row.triggeredBy.length > 0)
  await each(
    triggered.filter(({ row }) => row.state !== 'running'),
    1,
    (one) => surveying.lookAtTriggers(one),
  )
  const worthy = running.toSorted((a, b) => byWorth(a.row, b.row))
  await each(worthy, AT_ONCE, (one) => surveying.predict(one))
  return soFar()
}
