import { orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { processesOfGroup } from '../../observe/proc/control-group.ts'
import { parseStat } from '../../observe/proc/process-status.ts'
import { first, showUnit } from '../../systemd/manager/show.ts'

/** One quick look at a unit: what PID 1 says of it, and which processes it has. */
export interface UnitSnapshot {
  active: string
  sub: string
  result: string
  invocation: string
  mainPid: number
  restarts: number
  /** A job of the unit waits or runs. */
  busy: boolean
  exitCode: number
  exitStatus: number
  statusText: string
  /** Its control group, as systemd names it. */
  group: string
  /** "pid:start ticks" of every process in the control group: the pid alone may come again. */
  processes: string[]
  /** Those of them that none of them has started. */
  daemons: string[]
}

const PROPERTIES = [
  'ActiveState',
  'SubState',
  'Result',
  'InvocationID',
  'MainPID',
  'NRestarts',
  'Job',
  'ExecMainCode',
  'ExecMainStatus',
  'StatusText',
  'ControlGroup',
] as const

async function identities(host: Host, group: string): Promise<Pick<UnitSnapshot, 'processes' | 'daemons'>> {
  const pids = await processesOfGroup(host, group, new Set())
  const texts = await Promise.all(pids.map((pid) => host.read(`/proc/${pid}/stat`).catch(orElse(undefined))))
  const found = pids.flatMap((pid, index) => {
    const stat = parseStat(texts[index] ?? '')
    return stat === undefined ? [] : [{ identity: `${pid}:${stat.startTicks}`, parent: stat.parent }]
  })
  return {
    processes: found.map(({ identity }) => identity),
    daemons: found.filter(({ parent }) => !pids.includes(parent)).map(({ identity }) => identity),
  }
}

export async function takeSnapshot(host: Host, unit: string): Promise<UnitSnapshot> {
  const shown = await showUnit(host, unit, PROPERTIES)
  const number = (key: (typeof PROPERTIES)[number]) => Number(first(shown, key)) || 0
  const job = first(shown, 'Job')
  return {
    active: first(shown, 'ActiveState'),
    sub: first(shown, 'SubState'),
    result: first(shown, 'Result'),
    invocation: first(shown, 'InvocationID'),
    mainPid: number('MainPID'),
    restarts: number('NRestarts'),
    busy: job !== '' && job !== '0',
    exitCode: number('ExecMainCode'),
    exitStatus: number('ExecMainStatus'),
    statusText: first(shown, 'StatusText'),
    group: first(shown, 'ControlGroup'),
    ...(await identities(host, first(shown, 'ControlGroup'))),
  }
}

/** The snapshot before with the processes that there are now: PID 1 is not asked. */
export async function snapshotOfProcesses(host: Host, before: UnitSnapshot): Promise<UnitSnapshot> {
  return { ...before, ...(await identities(host, before.group)) }
}

export function pidOf(identity: string): number {
  return Number(identity.split(':')[0])
}
