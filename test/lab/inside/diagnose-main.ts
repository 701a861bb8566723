import { setTimeout as pause } from 'node:timers/promises'
import { NOTHING_ASKED } from '../../../src/catalog/common/asked.ts'
import { STAGES, type Stage } from '../../../src/catalog/common/types.ts'
import { liveHost } from '../../../src/host/live-host.ts'
import { observe } from '../../../src/observe/observe.ts'
import { readSurroundings } from '../../../src/observe/surroundings.ts'
import { Learning } from '../../../src/session/learning/learning.ts'
import { learningPhase } from '../../../src/session/learning/learning-phase.ts'
import { UNPLAYED } from '../../../src/session/proof/control.ts'
import { rowProof } from '../../../src/session/proof/proof-plan.ts'
import { StageProving } from '../../../src/session/proof/stage-proving.ts'
import { beginStage, rowsOf } from '../../../src/session/stage/stage-work.ts'
import { WalkStore } from '../../../src/session/store/walk-store.ts'
import type { WalkContext } from '../../../src/session/walk/context.ts'
import { findUnit, preflight } from '../../../src/session/walk/preflight.ts'
import { ReachLog } from '../../../src/session/walk/reach-log.ts'
import type { Row } from '../../../src/session/walk/rows.ts'
import { Stopwatch } from '../../../src/session/walk/timings.ts'
import { baselineWith } from './wishes.ts'

/**
 * Proofs of one stage, run inside a lab: node diagnose.mjs JSON. What was learned goes into the diagnosis alone, and
 * not into the proposals: these are as naive as a look at the running processes, so that they break.
 */
export interface DiagnoseWish {
  unit: string
  stage: Stage
}

export interface DiagnoseOutcome {
  set: string
  rows: Pick<Row, 'key' | 'value' | 'ticked' | 'evidence' | 'proof'>[]
  ms: number
}

async function contextOf(unit: string): Promise<WalkContext> {
  const host = liveHost()
  const subject = await preflight(host, await findUnit(host, unit))
  const stored = { version: 1 as const, unit: subject.unit, started: '', stock: 0, kept: [] }
  return {
    host,
    live: host,
    rehearsing: { possible: true, companions: [], control: UNPLAYED },
    learning: new Learning(),
    pendingChange: undefined,
    reachLog: new ReachLog(),
    timings: new Stopwatch(),
    isSeen: true,
    store: new WalkStore(stored, async () => undefined),
    subject,
    options: {
      host,
      unit,
      keepSeconds: 0,
      watchSeconds: 12,
      stages: STAGES,
      level: 'standard',
      rehearse: true,
      once: false,
      runOnce: false,
      exactCalls: false,
      checks: [],
      exercises: [],
      saveChecks: false,
      asked: NOTHING_ASKED,
    },
    ask: async () => undefined,
    signal: new AbortController().signal,
    dispatch: () => undefined,
  }
}

async function run({ unit, stage }: DiagnoseWish): Promise<DiagnoseOutcome> {
  const context = await contextOf(unit)
  const facts = await observe(context.live, context.subject.unit)
  const baseline = baselineWith(facts, [])
  await learningPhase(context, baseline)
  const { why, trace } = context.learning
  if (why !== undefined || trace === undefined) throw new Error(why ?? 'no trace')
  const begun = performance.now()
  const around = await readSurroundings(
    { host: context.live, facts },
    { host: context.live, facts },
    facts,
    [],
  )
  const { owned, foreign } = around
  const offered = beginStage(stage, { ...facts, owned, foreign })
  const proving = new StageProving(context, baseline, offered, () => undefined)
  proving.begin()
  do await pause(100)
  while (proving.proving)
  const { work, proofs, set } = proving
  await proving.pause()
  const rows = rowsOf(work, (id) => rowProof(work, proofs, id))
  return {
    set: `${set.state} ${'reason' in set ? set.reason : ''}`,
    rows: rows
      .filter(({ unavailable }) => unavailable === undefined)
      .map(({ key, value, ticked, evidence, proof }) => ({ key, value, ticked, evidence, proof })),
    ms: Math.round(performance.now() - begun),
  }
}

console.log(JSON.stringify(await run(JSON.parse(process.argv[2] ?? ''))))
process.exit(0)
