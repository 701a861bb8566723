import { liveHost } from '../../../src/host/live-host.ts'
import { observe } from '../../../src/observe/observe.ts'
import { firstQuestions } from '../../../src/session/walk/first-questions.ts'
import { findUnit, preflight } from '../../../src/session/walk/preflight.ts'
import { Stopwatch } from '../../../src/session/walk/timings.ts'
import { measure } from '../../../src/trial/health/baseline.ts'
import { checkLabel } from '../../../src/trial/health/check.ts'
import { takeSnapshot } from '../../../src/trial/health/unit-snapshot.ts'

/** The first questions to a service, run inside a lab: node main.mjs UNIT. */
export interface TalkOutcome {
  /** By the label of each proposed check: each answer of the live service, once. */
  answers: Record<string, string[]>
  notes: string[]
  /** Its invocation and main process are those that they were. */
  same: boolean
  ms: number
}

async function run(unit: string): Promise<TalkOutcome> {
  const live = liveHost()
  const subject = await preflight(live, await findUnit(live, unit))
  const facts = await observe(live, subject.unit)
  const before = await takeSnapshot(live, subject.unit)
  const started = performance.now()
  const signal = new AbortController().signal
  const { checks, notes } = await firstQuestions(
    { live, subject, signal, timings: new Stopwatch(), options: { rehearse: true } },
    facts,
  )
  const ms = Math.round(performance.now() - started)
  const rounds = await measure(live, checks, 3)
  const after = await takeSnapshot(live, subject.unit)
  const answers = checks.map((check, index) => [
    checkLabel(check),
    [...new Set(rounds[index]?.map(({ answer }) => answer))],
  ])
  const same = before.invocation === after.invocation && before.mainPid === after.mainPid
  return { answers: Object.fromEntries(answers), notes, same, ms }
}

process.stdout.write(JSON.stringify(await run(process.argv[2] ?? '')))
process.exit(0)
