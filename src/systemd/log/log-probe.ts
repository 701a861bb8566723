import { setTimeout as pause } from 'node:timers/promises'
import type { Host } from '../../host/host.ts'
import { type AuditLog, readSeccompLog } from './audit.ts'

/** Made once by every program, at its end, and not while PID 1 sets one up. */
const CALL = 'exit_group'
const PROGRAM = 'cat'
/** The kernel hands its records on from a thread of its own. */
const LOOKS = 5
const PAUSE_MS = 200

/** The cheapest to read first. */
const LOGS: readonly AuditLog[] = ['kernel', 'daemon', 'journal']

/** Whether calls that are let through can be read in a log of the kernel's here. */
export type LogProbe =
  | {
      readable: true
      /** Where its record was found, so that only this log need be read. */
      log: AuditLog
      /** Logging takes setuid programs their rights under these settings: systemd.exec(5), NoNewPrivileges=. */
      noNewPrivileges: boolean
    }
  /** `why`: one line. */
  | { readable: false; why: string }

/**
 * Makes PID 1 start a program with one logged call, and looks for the record. `properties` are settings of the unit
 * whose calls will be logged, "Key=value", such as its User=.
 */
export async function probeLog(host: Host, properties: readonly string[]): Promise<LogProbe> {
  const since = Date.now()
  const wanted = [`SystemCallLog=${CALL}`, ...properties].map((property) => `--property=${property}`)
  const run = ['systemd-run', '--quiet', '--wait', '--pipe', '--collect', ...wanted]
  const result = await host.run([...run, PROGRAM, '/proc/self/status'])
  if (result.exitCode !== 0) {
    const said = result.stderr.trim().split('\n')[0] || `exit code ${result.exitCode}`
    return { readable: false, why: `this systemd does not log them: ${said}` }
  }
  const noNewPrivileges = /^NoNewPrivs:\s*1$/m.test(result.stdout)
  for (let look = 0; look < LOOKS; look += 1) {
    for (const log of LOGS) {
      const { records } = await readSeccompLog(host, since, [log])
      const found = records.some(
        ({ signal, name, comm }) => signal === 0 && name === CALL && comm === PROGRAM,
      )
      if (found) return { readable: true, log, noNewPrivileges }
    }
    await pause(PAUSE_MS)
  }
  return { readable: false, why: 'a call that was logged for a trial did not turn up in the kernel’s log' }
}
