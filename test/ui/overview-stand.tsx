import { render } from 'ink-testing-library'
import {
  type Chosen,
  filtered,
  type OverviewIntent,
  type OverviewSession,
  type OverviewState,
} from '../../src/session/overview/overview.ts'
import type { ServiceRow } from '../../src/session/overview/row.ts'
import { OverviewApp } from '../../src/ui/overview/overview-app.tsx'
import { type Size, SizeContext } from '../../src/ui/terminal/size.ts'
import { tick } from './stand.tsx'

/** Longer than the pause in which keys for an earlier question are ignored. */
const READING_MS = 200

export const ROW: ServiceRow = {
  unit: 'nginx.service',
  description: 'A high performance web server',
  state: 'running',
  type: 'forking',
  triggeredBy: [],
  exposure: 96,
  account: 'root',
  network: { listens: [{ transport: 'tcp', address: '0.0.0.0', port: 80 }], local: false },
  prediction: { exposure: 14, curve: [{ stage: 'capabilities', exposure: 79 }], left: 0 },
  complete: true,
}
const KEPT = { stages: ['system' as const], since: '2026-11-26T06:00:00.000Z', inForce: true }

export const ROWS: readonly ServiceRow[] = [
  ROW,
  {
    ...ROW,
    unit: 'database.service',
    description: 'A database',
    account: 'db',
    network: { listens: [], local: true },
    kept: KEPT,
  },
  { ...ROW, unit: 'lost.service', description: 'A cache', kept: { ...KEPT, inForce: false } },
  {
    ...ROW,
    unit: 'coming.service',
    description: 'Not known yet',
    network: undefined,
    prediction: undefined,
    complete: false,
  } as unknown as ServiceRow,
  {
    ...ROW,
    unit: 'refused.service',
    description: 'Can not be walked',
    prediction: undefined,
    obstacle: {
      reason: 'refused.service is transient: it has no unit file',
      next: 'Harden a unit that has a file.',
    },
  } as unknown as ServiceRow,
  {
    unit: 'woken.service',
    description: 'Woken',
    state: 'waiting',
    type: 'simple',
    triggeredBy: ['woken.socket'],
    exposure: 96,
    account: 'root',
    obstacle: {
      reason: 'woken.service is inactive: hardenctl cannot see what it needs',
      next: 'Start it first.',
    },
    complete: true,
  },
  { unit: 'getty@.service', description: '', state: 'template', type: '', triggeredBy: [], complete: true },
]

/** An overview that shows what it is told and remembers what was sent. */
export class FakeOverview implements OverviewSession {
  readonly intents: OverviewIntent[] = []
  readonly finished: Promise<Chosen>
  finish: (chosen: Chosen) => void = () => undefined
  #state: OverviewState
  readonly #listeners = new Set<() => void>()

  constructor(over: Partial<OverviewState> = {}) {
    this.#state = {
      host: 'web1',
      rows: ROWS,
      shown: ROWS,
      filter: '',
      listed: true,
      looking: false,
      problems: [],
      ...over,
    }
    this.finished = new Promise((resolve) => {
      this.finish = resolve
    })
  }

  state = (): OverviewState => this.#state

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  send = (intent: OverviewIntent): void => {
    this.intents.push(intent)
    if (intent.do === 'filter')
      this.change({ filter: intent.text, shown: filtered(this.#state.rows, intent.text) })
  }

  did(): string[] {
    return this.intents.map((intent) => intent.do)
  }

  change(over: Partial<OverviewState>): void {
    this.#state = { ...this.#state, ...over }
    for (const listener of this.#listeners) listener()
  }
}

export async function standOverview(session: FakeOverview, size: Size = { columns: 80, rows: 24 }) {
  let left = false
  const tree = render(
    <SizeContext.Provider value={size}>
      <OverviewApp
        session={session}
        onLeave={() => {
          left = true
        }}
      />
    </SizeContext.Provider>,
  )
  await tick()
  const frame = () => (tree.frames.findLast((text) => text.trim() !== '') ?? '').replace(/\n+$/, '')
  return {
    frame,
    lines: () => frame().split('\n'),
    left: () => left,
    async press(...keys: string[]) {
      await tick(READING_MS)
      for (const key of keys) {
        tree.stdin.write(key)
        await tick(20 + 20 * key.length)
      }
    },
    async change(over: Partial<OverviewState>) {
      session.change(over)
      await tick()
    },
  }
}
