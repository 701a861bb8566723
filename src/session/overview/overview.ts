import { hostname } from 'node:os'
import { reasonOf } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { requireSystemd } from '../walk/preflight.ts'
import { type Accepted, readAccepted, sortedOut } from './accepted.ts'
import { askLoaded, type Listed } from './ask-manager.ts'
import { networkWords } from './network.ts'
import type { ServiceRow } from './row.ts'
import { type Survey, survey } from './survey.ts'

/** What the overview shows. */
export interface OverviewState {
  /** Name of the machine. */
  host: string
  /** All services, those first that are most worth doing. */
  rows: readonly ServiceRow[]
  /** Those that the filter leaves. */
  shown: readonly ServiceRow[]
  filter: string
  /** All services that PID 1 has in memory are there. */
  listed: boolean
  /** Rows become known better. */
  looking: boolean
  /** What could not be read, in sentences. */
  problems: readonly string[]
  /** A question about one unit, or a word on why nothing is done. */
  asking?: { about: 'undo'; unit: string }
  note?: string
}

export type OverviewIntent =
  | { do: 'filter'; text: string }
  | { do: 'walk' | 'undo' | 'status'; unit: string }
  | { do: 'answer'; yes: boolean }
  | { do: 'leave' }

/** What a person chose to do next. */
export type Chosen = { do: 'walk' | 'undo' | 'status'; unit: string } | { do: 'leave' }

/** The overview as a screen sees it. */
export interface OverviewSession {
  state(): OverviewState
  subscribe(listener: () => void): () => void
  send(intent: OverviewIntent): void
  /** Rejects where the host can't be looked at at all. */
  readonly finished: Promise<Chosen>
}

/** Rows are told at most that often: a screen can't show more, and each telling sorts and draws all of them. */
const TELL_MS = 100

/** Rows of which the name, the description, the account or the network contains every word of the filter. Pure. */
export function filtered(rows: readonly ServiceRow[], filter: string): readonly ServiceRow[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return rows
  return rows.filter((row) => {
    const network = row.network === undefined ? '' : networkWords(row.network)
    const text = [row.unit, row.description, row.account ?? '', row.state, network].join(' ').toLowerCase()
    return words.every((word) => text.includes(word))
  })
}

/** The procedure behind the overview: looks at all services, and ends with what the person chose. */
export class Overview implements OverviewSession {
  readonly finished: Promise<Chosen>
  #state: OverviewState = {
    host: hostname(),
    rows: [],
    shown: [],
    filter: '',
    listed: false,
    looking: true,
    problems: [],
  }
  #end: (chosen: Chosen) => void = () => undefined
  #timer: NodeJS.Timeout | undefined
  readonly #listeners = new Set<() => void>()
  readonly #left = new AbortController()

  /** `asked` may have begun before this was loaded. */
  constructor(host: Host, asked: Promise<Listed> = askLoaded(host)) {
    this.finished = new Promise((resolve, reject) => {
      this.#end = (chosen) => {
        this.#left.abort()
        clearTimeout(this.#timer)
        resolve(chosen)
      }
      this.#look(host, asked).catch(reject)
    })
    // It may reject before a screen listens; who asks later is told all the same.
    this.finished.catch(() => undefined)
  }

  state = (): OverviewState => this.#state

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  send = (intent: OverviewIntent): void => {
    const { asking } = this.#state
    if (intent.do === 'filter') this.#show({ filter: intent.text })
    else if (intent.do === 'leave') this.#end({ do: 'leave' })
    else if (intent.do !== 'answer') this.#choose(intent.do, intent.unit)
    else if (asking !== undefined && intent.yes) this.#end({ do: asking.about, unit: asking.unit })
    else this.#show({})
  }

  #choose(what: 'walk' | 'undo' | 'status', unit: string): void {
    const row = this.#state.rows.find((one) => one.unit === unit)
    if (row === undefined) return
    const { obstacle, kept } = row
    if (what === 'walk' && obstacle !== undefined)
      this.#show({ note: `${obstacle.reason}. ${obstacle.next}` })
    else if (what !== 'walk' && kept === undefined)
      this.#show({ note: `hardenctl keeps nothing for ${unit}.` })
    else if (what === 'undo') this.#show({ asking: { about: 'undo', unit } })
    else this.#end({ do: what, unit })
  }

  /** Changes what is shown; a question or a note that is not given is over. */
  #show({ asking, note, ...change }: Partial<OverviewState>): void {
    const { asking: _asking, note: _note, ...before } = this.#state
    const next = { ...before, ...change }
    this.#state = {
      ...next,
      shown: filtered(next.rows, next.filter),
      ...(asking === undefined ? {} : { asking }),
      ...(note === undefined ? {} : { note }),
    }
    for (const listener of this.#listeners) listener()
  }

  async #look(host: Host, asked: Promise<Listed>): Promise<void> {
    let problem: readonly string[] = []
    const accepted = async (systemd: () => Promise<number>) => {
      const [found] = await Promise.all([acceptedOrProblem(host), requireSystemd(host, systemd)])
      problem = found.problem
      return found.accepted
    }
    const signal = this.#left.signal
    let next = 0
    const tell = (soFar: () => Survey, now: Partial<OverviewState> = {}) => {
      clearTimeout(this.#timer)
      this.#timer = undefined
      next = performance.now() + TELL_MS
      if (signal.aborted) return
      const { rows, problems } = soFar()
      // A question or a note stays.
      this.#show({ ...this.#state, rows, ...now, problems: [...problem, ...problems] })
    }
    const done = await survey(host, { accepted, asked, signal }, (soFar, isStep) => {
      if (isStep) tell(soFar, { listed: true })
      else this.#timer ??= setTimeout(tell, Math.max(0, next - performance.now()), soFar)
    })
    tell(() => done, { listed: true, looking: false })
  }
}

/** An exception file that can't be believed must not hide the services. */
async function acceptedOrProblem(host: Host): Promise<{ accepted: Accepted[]; problem: string[] }> {
  try {
    const { valid } = sortedOut(await readAccepted(host), new Date().toISOString().slice(0, 10))
    return { accepted: valid, problem: [] }
  } catch (error) {
    return { accepted: [], problem: [reasonOf(error)] }
  }
}
