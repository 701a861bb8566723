import type { Host, RunResult } from '../../host/host.ts'

/** systemctl itself waits for a start; PID 1 has its own limits, ours is only against a hung bus. */
const BUS_TIMEOUT_MS = 90_000

export class SystemctlError extends Error {
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

/** Queues the job and returns: what came of it is read from the unit, never from systemctl's exit code. */
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
