import type { Host } from '../../host/host.ts'
import { readMachine } from '../../observe/observe.ts'
import { installedServices, loadedServices } from '../../systemd/manager/services.ts'
import { loadStates } from '../store/store.ts'
import type { Accepted } from './accepted.ts'
import { type Answers, askOf, type Listed } from './ask-manager.ts'
import {
  type Known,
  listedRow,
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
  /** Read while PID 1 answers, whose version may be asked for; no row is shown before. */
  accepted: (systemd: () => Promise<number>) => Promise<readonly Accepted[]>
  /** For a screen: all services were asked for before, and are shown with what is told soonest. */
  asked?: Promise<Listed>
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

  /** What is told soonest; whatever is known of a row later takes its place. */
  async list({ services, exposures }: Listed): Promise<void> {
    const [scores] = await Promise.all([exposures, this.#known])
    if (scores.size > 0) this.#put(services.map((one) => listedRow(one, scores.get(one.name))))
  }

  /** In parts, each of which is worked on while PID 1 answers the next. */
  async look(answers: Answers): Promise<Shown[]> {
    const parts = answers.map(async (answer) => {
      const shown = await shownRows(this.#host, answer, this.#known)
      this.#put(shown.map(({ row }) => row))
      return shown
    })
    return (await Promise.all(parts)).flat()
  }

  async lookAtInstalled(): Promise<Shown[]> {
    const { startable, templates } = await installedServices(this.#host)
    this.#put(templates.map(templateRow))
    const others = startable.filter((name) => !this.#rows.has(name))
    return this.look(askOf(this.#host, others))
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
 * known better, with a function that sorts all of them: first their exposures, then what PID 1 tells, then what is in /proc,
 * last what a walk would come to. `isStep` once all that PID 1 has in memory is there, and once more is known of each.
 */
export async function survey(
  host: Host,
  { units, accepted, asked, signal }: SurveyWish,
  said: (soFar: () => Survey, isStep: boolean) => void = () => undefined,
): Promise<Survey> {
  let problems: string[] = []
  const soFar = () => ({ rows: surveying.rows(), problems })
  const each = (some: readonly Shown[], most: number, work: (one: Shown) => Promise<void>) =>
    fewAtOnce(some, most, async (one) => {
      if (signal?.aborted !== true) await work(one)
    })
  const readKnown = async () => {
    const read = readMachine(host)
    const all = [read, loadStates(host), accepted(async () => (await read).systemd)] as const
    const [machine, stored, exceptions] = await Promise.all(all)
    problems = stored.problems
    return { machine, states: stored.states, accepted: exceptions }
  }
  // PID 1 comes before all else, since everything waits for it.
  const known = Promise.resolve(asked).then(readKnown)
  const surveying = new Surveying(host, known, () => said(soFar, false))
  const names = async () => {
    if (asked === undefined) return units ?? loadedServices(host)
    const listed = await asked
    await surveying.list(listed)
    said(soFar, true)
    return listed.services.map(({ name }) => name)
  }
  const [loaded] = await Promise.all([names().then((them) => surveying.look(askOf(host, them))), known])
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
