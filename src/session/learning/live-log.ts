import type { Assignment } from '../../catalog/common/types.ts'
import { leftOut, liveLog } from '../../catalog/syscalls/call-logging.ts'
import type { Facts } from '../../observe/facts.ts'
import { packageVersions } from '../../observe/files/packages.ts'
import type { AuditLog } from '../../systemd/log/audit.ts'
import { probeLog } from '../../systemd/log/log-probe.ts'
import type { StageWork } from '../stage/stage-work.ts'
import type { WalkContext } from '../walk/context.ts'
import { TrafficRecorder } from './traffic-recorder.ts'

/** How calls are logged, or why not. */
export type Log = { assignments: Assignment[]; log: AuditLog } | { why: string }

/** Settings that make PID 1 turn on NoNewPrivileges= together with a seccomp filter, or not. */
const DECISIVE = ['User', 'DynamicUser', 'CapabilityBoundingSet', 'AmbientCapabilities']

export async function logFor({ live }: WalkContext, facts: Facts, work: StageWork): Promise<Log> {
  const assignments = liveLog(facts, work.current.get('SystemCallFilter')?.assignments)
  if (assignments === undefined) return { why: 'systemd does not list its system call groups' }
  const properties = DECISIVE.flatMap((key) => {
    const value = facts.unit.properties[key]?.[0] ?? ''
    return value === '' || value === 'no' ? [] : [`${key}=${value}`]
  })
  const probed = await probeLog(live, properties)
  if (!probed.readable) return { why: probed.why }
  const hasAlready = facts.processes.every(({ noNewPrivileges }) => noNewPrivileges)
  if (probed.noNewPrivileges && !hasAlready)
    return {
      why: 'with its settings, logging calls would turn on NoNewPrivileges=, which the service runs without',
    }
  return { assignments, log: probed.log }
}

/** Records what the live service does, with its system calls where they are logged. */
export async function openEar({ live }: WalkContext, facts: Facts, log: Log): Promise<TrafficRecorder> {
  const { systemd, kernel, executables } = facts
  const paths = executables.map(({ path }) => path)
  const on = { systemd, kernel, packages: await packageVersions(live, paths) }
  const calls = 'why' in log ? undefined : { log: log.log, leftOut: leftOut(facts, log.assignments) }
  return new TrafficRecorder({ host: live, facts, on, calls })
}
