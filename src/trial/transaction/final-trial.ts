import { setTimeout as pause } from 'node:timers/promises'
import { orElse, reasonOf } from '../../host/errors.ts'
import {
  beginJob,
  JOB_LIMIT_MS,
  JOB_TIME_MS,
  type Job,
  reloadUnit,
  resetFailed,
  untilOver,
} from '../../systemd/manager/control.ts'
import { armStart, armTimer, disarmStart, disarmTimer, rearmStart } from '../../systemd/manager/timer.ts'
import { giveWork } from '../health/give-work.ts'
import { checkHealth, type HealthReport, REST_MS } from '../health/health.ts'
import { anyStart, type Before } from '../health/judge.ts'
import { takeSnapshot, type UnitSnapshot } from '../health/unit-snapshot.ts'
import type { OwnershipRecord } from './ownership.ts'
import { blockingReason } from './preconditions.ts'
import { everythingScript } from './restore.ts'
import { timed } from './steps.ts'
import { startLimitMs, type TrialContext, TrialError } from './trial.ts'
import { healthCheckInput, UnhealthyError } from './trial-health.ts'
import { placeUndo, removeUndo } from './undo-file.ts'

async function proveHealthy(
  context: TrialContext,
  before: Before,
  since: number,
  job?: Job,
): Promise<HealthReport> {
  const input = healthCheckInput(context, before, since)
  const report = await checkHealth({ ...input, ...(job ? { job } : {}) })
  if (!report.healthy) throw new UnhealthyError(report)
  return report
}

/** What runs until now, if it was looked at only briefly. */
interface Brief {
  invocation: string
  /** When it began, in milliseconds since the epoch. */
  since: number
}

/** What was looked at only briefly has neither died nor been started again since: its health says how, if it has. */
async function requireSame(context: TrialContext, now: UnitSnapshot, brief: Brief): Promise<void> {
  const { invocation, since } = brief
  // A oneshot was watched to its end.
  if (context.baseline.oneshot !== undefined) return
  if (now.active === 'active' && now.invocation === invocation && now.restarts === 0) return
  await proveHealthy(context, { invocation, processes: now.processes, goesOn: true }, since)
  throw new TrialError('it died soon after its start')
}

/**
 * Reload keeps the invocation; what it breaks shows in the answers and in the kernel's log. `brief` is what runs until
 * then, if nobody has watched it for a while.
 */
export async function proveReload(context: TrialContext, brief?: Brief): Promise<HealthReport> {
  const since = brief?.since ?? Date.now()
  if (brief !== undefined) await requireSame(context, await takeSnapshot(context.host, context.unit), brief)
  const problem = await reloadUnit(context.host, context.unit, startLimitMs(context.baseline))
  if (problem !== undefined) throw new TrialError(`the reload failed: ${problem}`)
  return proveHealthy(context, anyStart(context.baseline), since)
}

/** A stop that did not end well; `ms` is how long it took. */
export class StopError extends TrialError {
  override name = 'StopError'
  readonly ms: number
  constructor(message: string, ms: number) {
    super(message)
    this.ms = ms
  }
}

interface Stopped {
  /** What ran before the stop. */
  before: UnitSnapshot
  /** When it began, in milliseconds since the epoch. */
  since: number
  /** Milliseconds that it took. */
  ms: number
}

interface Stopping {
  /** Called repeatedly until then. */
  meanwhile?: () => Promise<void>
  /** systemd's result of a stop that did not end well without hardening either. */
  usual?: string | undefined
  brief?: Brief | undefined
}

/** Waits for a stop that ends well, or as it usually does. */
async function proveStop(
  context: TrialContext,
  { meanwhile = async () => undefined, usual, brief }: Stopping = {},
): Promise<Stopped> {
  const { host, unit } = context
  const since = brief?.since ?? Date.now()
  const before = await takeSnapshot(host, unit)
  if (brief !== undefined) await requireSame(context, before, brief)
  const began = performance.now()
  const ms = () => Math.round(performance.now() - began)
  const job = await beginJob(host, 'stop', unit, JOB_TIME_MS)
  let isOver = job.over === undefined
  for (;;) {
    isOver = (await untilOver(job)) || isOver
    const now = await takeSnapshot(host, unit)
    const settled = isOver && !now.busy
    const failed = settled && now.active === 'failed'
    if (failed && now.result !== usual) throw new StopError(`the stop failed (${now.result})`, ms())
    if (failed || (settled && now.active === 'inactive')) return { before, since, ms: ms() }
    // A socket or path unit may start it again before anybody looks: it was stopped anyway.
    const anew = now.active === 'active' && now.invocation !== before.invocation
    if (settled && anew) return { before, since, ms: ms() }
    if (ms() > JOB_LIMIT_MS) throw new StopError('the service did not stop in time', ms())
    await meanwhile()
  }
}

/** A start of the stopped service, healthy as a new invocation. */
async function proveStart(context: TrialContext, { before, since }: Stopped): Promise<HealthReport> {
  const { host, unit } = context
  await giveWork(host, context.baseline)
  await resetFailed(host, unit)
  const job = await beginJob(host, 'start', unit, JOB_TIME_MS)
  return proveHealthy(context, before, since, job)
}

/**
 * A clean stop, then a healthy start; `between` runs while the service is stopped. Returns the milliseconds of the
 * stop, and the health after the start. `brief` is what runs until then, if nobody has watched it for a while.
 */
export async function proveStopAndStart(
  context: TrialContext,
  between: () => Promise<void>,
  brief?: Brief,
): Promise<{ stopMs: number; report: HealthReport }> {
  const stopped = await proveStop(context, { brief })
  await between()
  return { stopMs: stopped.ms, report: await proveStart(context, stopped) }
}

/** Within this time PID 1 starts a service that hardenctl stopped and, because it was killed, did not start again. */
const STARTER_SECONDS = 15

/**
 * Stops and starts the live service, with another timer that starts it if hardenctl dies in between. Returns when the
 * start began, as performance.now(). `usual`: the result of a stop that did not end well without hardening either.
 */
async function restartInTwo(context: TrialContext, usual: string | undefined): Promise<number> {
  const { host, unit } = context
  // If that timer cannot be armed, the timer of the undo remains.
  await armStart(host, unit, STARTER_SECONDS).catch(orElse(undefined))
  let armed = performance.now()
  const rearm = async () => {
    if (performance.now() - armed < (STARTER_SECONDS * 1000) / 3) return
    armed = performance.now()
    await rearmStart(host, unit)
  }
  try {
    const stopped = await timed('stop', context, () => proveStop(context, { meanwhile: rearm, usual }))
    const started = performance.now()
    await timed('start', context, () => proveStart(context, stopped))
    return started
  } finally {
    await disarmStart(host, unit)
  }
}

const WATCH_INTERVAL_MS = 500

/**
 * The invocation that was proven is still the one that runs `watchSeconds` after it was `started` (performance.now()),
 * and is as healthy as it was: some things break a service only after a while, as a timer of its own or a first use that
 * comes late, and it is from its start that they count. `signal` ends the watch early, never the proof.
 */
async function proveLasting(
  context: TrialContext,
  {
    started,
    watchSeconds,
    signal,
  }: { started: number; watchSeconds: number; signal: AbortSignal | undefined },
): Promise<void> {
  const { host, unit } = context
  const proven = await takeSnapshot(host, unit)
  const since = Date.now()
  const seconds = () => Math.round((performance.now() - started) / 1000)
  // The last look at its health is itself a watch, at the end of which it is asked once more.
  while (performance.now() - started < watchSeconds * 1000 - REST_MS && !signal?.aborted) {
    await pause(WATCH_INTERVAL_MS)
    const now = await takeSnapshot(host, unit)
    if (now.active !== 'active') throw new TrialError(`it was ${now.active} ${seconds()} s later`)
    if (now.invocation !== proven.invocation || now.restarts > proven.restarts)
      throw new TrialError(`it died or was restarted ${seconds()} s later`)
  }
  await proveHealthy(context, anyStart(context.baseline), since)
}

/** Ends the stand-by: the service is proven, with all that was kept or with less. */
export async function disarmFinalUndo({ host, unit }: TrialContext): Promise<void> {
  await disarmTimer(host, unit)
  await removeUndo(host, unit)
}

/**
 * Has a timer of PID 1 stand by that takes everything back, since a stopped service is the worst that may be left.
 * Returns why that can't be, when nothing must be tried; what it began is then cleared away again.
 */
export async function armFinalUndo(
  context: TrialContext,
  records: readonly OwnershipRecord[],
  watchSeconds: number,
): Promise<string | undefined> {
  const { host, unit } = context
  const hindered = await blockingReason(context)
  if (hindered !== undefined) return hindered
  try {
    await timed('arm', context, async () => {
      const script = await placeUndo(host, unit, everythingScript(host.manager, unit, records))
      const seconds = context.deadManSeconds + JOB_LIMIT_MS / 1000 + watchSeconds
      await armTimer(host, unit, script, seconds)
    })
    return undefined
  } catch (error) {
    await disarmFinalUndo(context)
    return reasonOf(error)
  }
}

/**
 * Proves that the kept settings also survive a reload, a stop and a start, as far as each is wanted, and a while, once
 * armFinalUndo() succeeded. The timer still stands by when a problem is returned: disarmFinalUndo() when the service
 * is up again, also when a bug is thrown. No signal ends it half-way, but a watch that lasts ends at once. `usualEnd` is
 * systemd's result of a stop before any hardening, if that did not end well.
 */
export async function finalCheck(
  context: TrialContext,
  wanted: { reload: boolean; restart: boolean; watchSeconds: number; usualEnd?: string | undefined },
): Promise<string | undefined> {
  const { signal, ...whole } = context
  try {
    if (wanted.reload) await timed('try-reload', whole, () => proveReload(whole))
    let started = performance.now()
    if (wanted.restart) started = await restartInTwo(whole, wanted.usualEnd)
    const lasting = { started, watchSeconds: wanted.watchSeconds, signal }
    await timed('watch', whole, () => proveLasting(whole, lasting))
    return undefined
  } catch (error) {
    return reasonOf(error)
  }
}
