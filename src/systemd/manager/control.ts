import { setTimeout as pause } from 'node:timers/promises'
import { ExpectedError } from '../../host/errors.ts'
import type { Host, RunResult } from '../../host/host.ts'
import { first, showUnit } from './show.ts'

/** systemctl itself waits for a start; PID 1 has its own limits, ours is only against a hung bus. */
const BUS_TIMEOUT_MS = 90_000

/**
 * Milliseconds that PID 1 gives a start or a stop unless the unit says otherwise: DefaultTimeoutStartSec= and
 * DefaultTimeoutStopSec= of systemd-system.conf(5).
 */
export const JOB_LIMIT_MS = 90_000

/** A stop and a start, each with the time that PID 1 gives it. */
export const JOB_TIME_MS = 2 * JOB_LIMIT_MS + 30_000

export class SystemctlError extends ExpectedError {
  override name = 'SystemctlError'
}

async function systemctl(
  host: Host,
  argv: readonly string[],
  timeoutMs = BUS_TIMEOUT_MS,
): Promise<RunResult> {
  return host.run(['systemctl', '--no-pager', '--quiet', '--no-ask-password', ...argv], { timeoutMs })
}

async function must(host: Host, argv: readonly string[]): Promise<void> {
  const result = await systemctl(host, argv)
  if (result.exitCode !== 0) {
    const said = result.stderr.trim().split('\n')[0] ?? ''
    throw new SystemctlError(`systemctl ${argv.join(' ')} failed: ${said || `exit code ${result.exitCode}`}`)
  }
}

export const daemonReload = (host: Host): Promise<void> => must(host, ['daemon-reload'])

/** Clears the start limit's counter and NRestarts; a unit that is not failed is no error. */
export async function resetFailed(host: Host, unit: string): Promise<void> {
  await systemctl(host, ['reset-failed', '--', unit])
}

/** Queues the job and returns: the result is read from the unit, never from systemctl's exit code. */
export const queue = (
  host: Host,
  verb: 'restart' | 'reload' | 'start' | 'stop',
  unit: string,
): Promise<void> => must(host, [verb, '--no-block', '--', unit])

/** A job that PID 1 has taken. */
export interface Job {
  /**
   * Resolves when the job has ended, in whatever way, so that nobody needs to ask meanwhile; undefined where nothing
   * tells. Until then the unit may look as if nothing had been asked.
   */
  over: Promise<void> | undefined
}

const REFUSED = /^Failed to /m

/**
 * Begins a job. In a clone, where each question to PID 1 costs a proof time, systemctl stays until the job has ended. The
 * live service is asked for its state instead: systemctl ends early where somebody makes PID 1 execute itself anew.
 */
export async function beginJob(
  host: Host,
  verb: 'restart' | 'start' | 'stop',
  unit: string,
  limitMs: number,
): Promise<Job> {
  if (!host.isClone) {
    await queue(host, verb, unit)
    return { over: undefined }
  }
  const over = systemctl(host, [verb, '--', unit], limitMs).then(({ stderr }) => {
    if (REFUSED.test(stderr))
      throw new SystemctlError(`systemctl ${verb} failed: ${stderr.trim().split('\n')[0]}`)
  })
  // Whoever waits for it hears of it, later.
  over.catch(() => undefined)
  return { over }
}

const LOOK_MS = 100
const EVENT_LIMIT_MS = 500

/** Waits for the end of a job, but not long: whoever waits looks at the unit in between. True when it is over. */
export async function untilOver({ over }: Job): Promise<boolean> {
  if (over === undefined) return pause(LOOK_MS, true)
  return Promise.race([over.then(() => true), pause(EVENT_LIMIT_MS, false)])
}

const KILL_INTERVAL_MS = 100

/**
 * Stops a unit without waiting for what it does at a stop: all of its processes are killed, so that its data may be as
 * after a power cut. For a clone, which forgets.
 */
export async function killUnit(host: Host, unit: string): Promise<void> {
  if (!host.isClone) throw new Error('only the unit of a clone is killed')
  await queue(host, 'stop', unit)
  const until = performance.now() + JOB_LIMIT_MS
  while (performance.now() < until) {
    await systemctl(host, ['kill', '--signal=KILL', '--', unit])
    const shown = await showUnit(host, unit, ['ActiveState', 'Job'])
    if (/^(?:inactive|failed)$/.test(first(shown, 'ActiveState')) && !Number(first(shown, 'Job'))) return
    await pause(KILL_INTERVAL_MS)
  }
}

/** Exit codes of systemctl reload and the like are of use where no new process is started. */
export async function reloadUnit(host: Host, unit: string, timeoutMs: number): Promise<string | undefined> {
  const result = await systemctl(host, ['reload', '--', unit], timeoutMs)
  if (result.exitCode === 0) return undefined
  return result.timedOut
    ? 'the reload did not end in time'
    : result.stderr.trim().split('\n')[0] || 'reload failed'
}

/** Sockets of a TriggeredBy= text: a manager keeps them, and without them a service started by socket has none. */
function socketsOf(triggeredBy: string): string[] {
  return triggeredBy.split(' ').filter((name) => name.endsWith('.socket'))
}

/** The sockets of a unit that are active: one that is stopped, or is not enabled, does not listen for it. */
export async function activeSockets(host: Host, unit: string): Promise<string[]> {
  const active: string[] = []
  for (const socket of socketsOf(first(await showUnit(host, unit, ['TriggeredBy']), 'TriggeredBy'))) {
    if (first(await showUnit(host, socket, ['ActiveState']), 'ActiveState') === 'active') active.push(socket)
  }
  return active
}

/** Queues the start of a unit, that of its sockets first. `sockets` are those that are active on the live host. */
export async function startWithSockets(host: Host, unit: string, sockets: readonly string[]): Promise<void> {
  for (const socket of sockets) await queue(host, 'start', socket)
  await queue(host, 'start', unit)
}

const START_STAMPS = ['InactiveExitTimestampMonotonic', 'ActiveEnterTimestampMonotonic'] as const

/** Milliseconds that the last start took, from its job's begin to active (systemctl show); 0 when it has not come up. */
export async function lastStartMs(host: Host, unit: string): Promise<number> {
  const shown = await showUnit(host, unit, [...START_STAMPS])
  const [begin = 0, end = 0] = START_STAMPS.map((stamp) => Number(first(shown, stamp)))
  return begin > 0 && end >= begin ? Math.round((end - begin) / 1000) : 0
}
