import { machine } from 'node:os'
import type { Host } from '../../host/host.ts'
import type { SeccompRecord } from '../../systemd/log/audit.ts'
import { JOB_LIMIT_MS, type Job, untilOver } from '../../systemd/manager/control.ts'
import type { Baseline, CheckAnswer } from './baseline.ts'
import type { Before, Reason } from './judge.ts'
import type { Sightings } from './sightings.ts'
import { Stillness, waitingIn } from './stillness.ts'
import { takeSnapshot, type UnitSnapshot } from './unit-snapshot.ts'

export interface HealthReport {
  healthy: boolean
  reasons: Reason[]
  proof: string[]
  /** SIGSYS records that are this service's. */
  records: SeccompRecord[]
  last: UnitSnapshot | undefined
  /** What each question and exercise was answered at the end; absent where nothing was asked. */
  answers?: readonly CheckAnswer[]
  /** Of a healthy one: milliseconds after its start for which it did not listen or answer yet. */
  upMs?: number
  /** Of a oneshot's run: kinds of lines that it logged, as kindOfLine() makes them. */
  lines?: readonly string[]
  /** Of a oneshot's run: what it left behind, as marksOf() writes it; absent where nobody could look. */
  left?: readonly string[]
}

export interface HealthCheckInput {
  host: Host
  unit: string
  baseline: Baseline
  /** Before the restart; with invocation '' no new one is asked for. */
  before: Before
  /** Epoch milliseconds just before the restart. */
  since: number
  /** Milliseconds the start may take. */
  startLimitMs: number
  /** The job that starts it; absent if it was over before. */
  job?: Job
  /** Executables that are known to be the unit's, for the kernel's records of killed calls. */
  executables: readonly string[]
  /** A trace showed all programs that the unit runs. */
  allPrograms?: boolean | undefined
  /**
   * A longer look at the same invocation or at another start of the same change follows, and counts what was killed
   * since this start: so it is enough here that the service has started, listens and answers, and that what it does at
   * its start is over.
   */
  isBrief?: boolean
  /** It runs without a change: it is waited for as long as it may take, and nobody knows yet how long that is. */
  isUnhardened?: boolean
  /** What the unit has left behind on this host, as marksOf() writes it; only a clone can tell. */
  left?: (() => Promise<readonly string[]>) | undefined
  signal?: AbortSignal
}

/** The same, with what the watch gathers. */
export interface Watch extends HealthCheckInput {
  sightings: Sightings
  /** wallOffset() when the watch began. */
  offset: number
}

const NO_JOB: Job = { over: undefined }

/** After its own limit PID 1 kills what has not stopped, which takes a while. */
const MAX_STOP_MS = JOB_LIMIT_MS + 30_000

/**
 * A start in which nothing moves for so long hangs. It sleeps as long again where it slept before: a start of a second
 * may wait for a second. Looks count too, since a machine that is slow to look is slow to start.
 */
const STILL_MS = 4000
const STILL_LOOKS = 7

export interface Begun {
  snapshots: UnitSnapshot[]
  timedOut: boolean
  /** Seconds for which its processes had done nothing, where that ended the wait. */
  stillSeconds?: number
  /** What its processes wait in, where the start did not end. */
  waits?: string[]
}

async function hanging({ host }: Watch, now: UnitSnapshot, stillMs: number | undefined): Promise<Begun> {
  const waits = await waitingIn(host, now.processes, machine())
  const still = stillMs === undefined ? {} : { stillSeconds: Math.round(stillMs / 1000) }
  return { snapshots: [now], timedOut: true, waits, ...still }
}

/** Waits for the start job to end, one way or the other. A oneshot's run is no start that hangs. */
export async function watchStart(question: Watch): Promise<Begun> {
  const { host, unit, sightings, startLimitMs, job = NO_JOB, signal, baseline } = question
  const stillness = new Stillness(host)
  const patience = STILL_MS + baseline.startMs * 2
  let until = performance.now() + startLimitMs
  const stopsUntil = performance.now() + MAX_STOP_MS
  let isOver = job.over === undefined
  for (;;) {
    signal?.throwIfAborted()
    const now = await takeSnapshot(host, unit)
    await sightings.look(now.group)
    const settled =
      isOver && !now.busy && (now.active === 'active' || now.active === 'failed' || now.active === 'inactive')
    if (settled || now.restarts > 0) return { snapshots: [now], timedOut: false }
    // The stop of what ran before has its own time, which PID 1 keeps (TimeoutStopSec=).
    if (now.active === 'deactivating' && performance.now() < stopsUntil)
      until = performance.now() + startLimitMs
    else if (now.active === 'activating' && baseline.oneshot === undefined) {
      const { ms, looks } = await stillness.look(now.processes)
      if (ms > patience && looks > STILL_LOOKS) return hanging(question, now, ms)
    }
    if (performance.now() > until) return hanging(question, now, undefined)
    isOver = (await sightings.during(now.group, untilOver(job))) || isOver
  }
}
