import { setTimeout as pause } from 'node:timers/promises'
import { liveHost } from '../../../src/host/live-host.ts'
import { observe } from '../../../src/observe/observe.ts'
import { Learning } from '../../../src/session/learning/learning.ts'
import { learningPhase } from '../../../src/session/learning/learning-phase.ts'
import { learnLive } from '../../../src/session/learning/live-learning.ts'
import { UNPLAYED } from '../../../src/session/proof/control.ts'
import { freshState } from '../../../src/session/store/store.ts'
import { WalkStore } from '../../../src/session/store/walk-store.ts'
import type { WalkContext } from '../../../src/session/walk/context.ts'
import { Questions } from '../../../src/session/walk/questions.ts'
import { ReachLog } from '../../../src/session/walk/reach-log.ts'
import { reduce, type WalkEvent } from '../../../src/session/walk/reducer.ts'
import { initialState } from '../../../src/session/walk/state.ts'
import { Stopwatch } from '../../../src/session/walk/timings.ts'
import { parseCheck } from '../../../src/trial/health/check.ts'
import { baselineWith } from './wishes.ts'

/**
 * Learns from a live unit for a while, run inside a lab: node main.mjs UNIT SECONDS [FACTS]. FACTS is a file of what a
 * clone taught, made where it is not there. Prints "learning" once it listens, and at the end what was new.
 */
const [unit = '', seconds = '', file] = process.argv.slice(2)

const live = liveHost()
const facts = await observe(live, unit)
const baseline = baselineWith(facts, [{ check: parseCheck('http://127.0.0.1/'), answer: '200' }])

/** Seconds of processor time of this process and of what it started: proc_pid_stat(5). */
async function processorTime(): Promise<number> {
  const fields = ((await live.read('/proc/self/stat')) ?? '').replace(/^.*\) /, '').split(' ')
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / 100
}

const taught = file === undefined ? undefined : await live.read(file)
const known = taught === undefined ? undefined : JSON.parse(taught)
let [begun, ended] = [0, 0]
let state = initialState(unit)
const { signal } = new AbortController()

function dispatch(event: WalkEvent): void {
  const before = state.phase.at
  state = reduce(state, event)
  if (state.phase.at === 'learning' && before !== 'learning') {
    console.log('learning')
    void processorTime().then((time) => {
      begun = time
    })
  }
  if (state.phase.at === 'learning') {
    void processorTime().then((time) => {
      ended = time
    })
  }
  questions.shown(state.phase)
}

const questions = new Questions({
  signal,
  show: (phase) => dispatch({ type: 'phase', phase }),
  answer: ({ at }) => (at === 'question' ? { do: 'answer', yes: true } : undefined),
})
const context = {
  host: live,
  live,
  rehearsing: { possible: true, companions: [], control: UNPLAYED },
  learning: new Learning(known),
  pendingChange: undefined,
  reachLog: new ReachLog(),
  timings: new Stopwatch(),
  subject: { unit, description: '', systemd: facts.systemd, dragged: [] },
  options: { keepSeconds: 0, learnLive: Number(seconds) },
  ask: questions.ask,
  signal,
  store: new WalkStore(freshState(unit, 0), async () => undefined),
  dispatch,
} as unknown as WalkContext

if (file !== undefined && known === undefined) {
  await learningPhase(context, baseline)
  await live.write(file, JSON.stringify(context.learning.facts), 0o600)
}
const knownCalls = context.learning.facts?.calls.length ?? 0
await learnLive(context, baseline)
await pause(10)
console.log(
  JSON.stringify({
    known: knownCalls,
    processorTime: Number((ended - begun).toFixed(2)),
    live: context.learning.live,
  }),
)
process.exit(0)
