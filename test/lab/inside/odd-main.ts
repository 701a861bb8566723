import { liveHost } from '../../../src/host/live-host.ts'
import { observe } from '../../../src/observe/observe.ts'
import { Learning } from '../../../src/session/learning/learning.ts'
import { openRehearsal } from '../../../src/session/proof/rehearsal.ts'
import { rehearsalPhase } from '../../../src/session/proof/rehearsal-phase.ts'
import { freshState } from '../../../src/session/store/store.ts'
import { WalkStore } from '../../../src/session/store/walk-store.ts'
import type { WalkBeginning } from '../../../src/session/walk/context.ts'
import { ReachLog } from '../../../src/session/walk/reach-log.ts'
import { Stopwatch } from '../../../src/session/walk/timings.ts'
import { assignmentOf, measuredBaseline } from './wishes.ts'

/**
 * Verdicts of one clone on single settings, after the control of the unhardened service in another: node main.mjs UNIT
 * CHECK SETTING…
 */
export interface OddVerdict {
  setting: string
  holds: boolean | undefined
  /** Why it breaks, or what is other though it holds. */
  words: string
}

const [unit = '', check = '', ...settings] = process.argv.slice(2)

const live = liveHost()
const facts = await observe(live, unit)
const baseline = await measuredBaseline(live, facts, [check])
const beginning = {
  host: live,
  live,
  signal: new AbortController().signal,
  subject: { unit, description: '', systemd: facts.systemd, dragged: [] },
  options: { keepSeconds: 0, rehearse: true },
  learning: new Learning(),
  pendingChange: undefined,
  reachLog: new ReachLog(),
  timings: new Stopwatch(),
  store: new WalkStore(freshState(unit, 0), async () => undefined),
  ask: async () => undefined,
  dispatch: () => undefined,
} as unknown as WalkBeginning

const { rehearsing } = await rehearsalPhase(beginning, baseline)
const context = { ...beginning, rehearsing }
if (context.rehearsing?.possible === false) throw new Error(context.rehearsing.why)
const rehearsal = await openRehearsal(context, facts, baseline)
if ('why' in rehearsal) throw new Error(rehearsal.why)
const verdicts: OddVerdict[] = []
try {
  for (const setting of settings) {
    const change = { assignments: [assignmentOf(setting)], ownership: [] }
    const { verdict } = await rehearsal.ask('system', { of: 'part', key: '', change }, () => undefined)
    const { holds } = verdict
    const words =
      holds === true ? (verdict.oddities ?? []).join('; ') : holds === false ? verdict.reason : verdict.why
    verdicts.push({ setting, holds, words })
  }
} finally {
  await rehearsal.dispose()
}
console.log(JSON.stringify(verdicts))
process.exit(0)
