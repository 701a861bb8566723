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

/** Exit codes of systemctl reload and the like are of use where no new process is started. */
export async function reloadUnit(host: Host, unit: string, timeoutMs: number): Promise<string | undefined> {
  const result = await systemctl(host, ['reload', '--', unit], timeoutMs)
  if (result.exitCode === 0) return undefined
  return result.timedOut
    ? 'the reload did not end in time'
    : result.stderr.trim().split('\n')[0] || 'reload failed'
}

/** Sockets of a TriggeredBy= text: a manager keeps them, and without them a service started by socket has none. */
export function socketsOf(triggeredBy: string): string[] {
  return triggeredBy.split(' ').filter((name) => name.endsWith('.socket'))
}

/** Queues the start of a unit, that of its sockets first. `triggeredBy` is the property as the live host shows it. */
export async function startWithSockets(host: Host, unit: string, triggeredBy: string): Promise<void> {
  for (const socket of socketsOf(triggeredBy)) await queue(host, 'start', socket)
  await queue(host, 'start', unit)
}

const START_STAMPS = ['InactiveExitTimestampMonotonic', 'ActiveEnterTimestampMonotonic'] as const

/** Milliseconds that the last start took, from its job's begin to active (systemctl show); 0 when it has not come up. */
export async function lastStartMs(host: Host, unit: string): Promise<number> {
  const shown = await showUnit(host, unit, [...START_STAMPS])
  const [begin = 0, end = 0] = START_STAMPS.map((stamp) => Number(first(shown, stamp)))
  return begin > 0 && end >= begin ? Math.round((end - begin) / 1000) : 0
}
