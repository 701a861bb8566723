import { setTimeout as pause } from 'node:timers/promises'
import { liveHost } from '../../../src/host/live-host.ts'
import { observe } from '../../../src/observe/observe.ts'
import { Learning } from '../../../src/session/learning/learning.ts'
import { CloneScheduler, lowerOwnPriority } from '../../../src/session/proof/clone-scheduler.ts'
import { UNPLAYED } from '../../../src/session/proof/control.ts'
import { openRehearsal } from '../../../src/session/proof/rehearsal.ts'
import { freshState } from '../../../src/session/store/store.ts'
import { WalkStore } from '../../../src/session/store/walk-store.ts'
import type { WalkContext } from '../../../src/session/walk/context.ts'
import { ReachLog } from '../../../src/session/walk/reach-log.ts'
import { Stopwatch } from '../../../src/session/walk/timings.ts'
import { parseCheck } from '../../../src/trial/health/check.ts'
import { VALUES } from '../measure/fidelity-values.ts'
import { assignmentOf, baselineWith } from './wishes.ts'

/** Proves single directives on a unit in clones, run inside a lab: node price.mjs UNIT COUNT [SECONDS]. */
const [unit = '', count = '40', seconds = '0'] = process.argv.slice(2)

const signal = new AbortController().signal
const live = liveHost()
const facts = await observe(live, unit)
const baseline = baselineWith(facts, [{ check: parseCheck('http://127.0.0.1/'), answer: '200' }])
const context = {
  host: live,
  live,
  signal,
  subject: { unit, description: '', systemd: facts.systemd, dragged: [] },
  options: { keepSeconds: 0 },
  rehearsing: { possible: true, companions: [], control: UNPLAYED },
  learning: new Learning(),
  pendingChange: undefined,
  reachLog: new ReachLog(),
  timings: new Stopwatch(),
  store: new WalkStore(freshState(unit, 0), async () => undefined),
  dispatch: () => undefined,
} as unknown as WalkContext

const until = Number(seconds) > 0 ? performance.now() + Number(seconds) * 1000 : Number.POSITIVE_INFINITY
const wanted = Array.from({ length: Number(count) }, (_, index) => VALUES[index % VALUES.length] ?? [])
const verdicts: string[] = []
lowerOwnPriority()
const pace = new CloneScheduler(live, () => undefined)
pace.start()
const started = performance.now()

/** True when this one of the workers may ask; false when nothing is left to ask. */
async function mayAsk(index: number): Promise<boolean> {
  while (wanted.length > 0 && performance.now() < until) {
    if (index < pace.allowed) return true
    await pause(100)
  }
  return false
}

async function work(index: number): Promise<void> {
  if (!(await mayAsk(index))) return
  const rehearsal = await openRehearsal(context, facts, baseline)
  if ('why' in rehearsal) throw new Error(rehearsal.why)
  try {
    while (await mayAsk(index)) {
      const settings = wanted.shift() ?? []
      const change = { assignments: settings.map(assignmentOf), ownership: [] }
      const { verdict } = await rehearsal.ask('system', { of: 'row', key: '', change }, () => undefined)
      await pause(pace.restMs)
      verdicts.push(`${settings.at(-1)}: ${verdict.holds === true ? 'proven' : 'breaks'}`)
    }
  } finally {
    await rehearsal.dispose()
  }
}

await Promise.all(Array.from({ length: 8 }, (_, index) => work(index)))
console.log(JSON.stringify({ verdicts, ms: Math.round(performance.now() - started) }))
process.exit(0)
