import type { SocketFacts } from '../../observe/facts.ts'
import { type Baseline, type CheckAnswer, isExercised, type Listener, lastingAddress } from './baseline.ts'
import { checkKey, checkLabel } from './check.ts'
import { type FullAnswer, fullLabel } from './full/exchange.ts'
import { pidOf, type UnitSnapshot } from './unit-snapshot.ts'

/** A problem of a service in one line, with its kind for the diagnosis. */
export type Reason =
  | {
      kind:
        | 'start'
        | 'stopped'
        | 'restarting'
        | 'unrest'
        | 'listener'
        | 'stray'
        | 'answer'
        | 'killed'
        | 'left'
        | 'error'
        /** Each check holds, but something else is other than unhardened. */
        | 'odd'
      text: string
    }
  /** systemd did not take these. */
  | { kind: 'settings'; text: string; keys: readonly string[] }

/** The processes before the judged start. */
export interface Before extends Pick<UnitSnapshot, 'processes'> {
  /** Invocation before the restart; '' when any invocation will do. */
  invocation: string
  /** There was no restart: invocation and main process must be the same. */
  goesOn?: boolean
}

/** No restart is to be proven, or nothing ran before it: any invocation and any process will do. */
export const ANY_START: Before = { invocation: '', processes: [] }

/** The same for a oneshot that is at rest: no run of it is to be proven. */
const AT_REST: Before = { invocation: '', processes: [], goesOn: true }

/** What must have been before a unit of which no new start is to be proven. */
export function anyStart({ oneshot }: Baseline): Before {
  return oneshot === undefined ? ANY_START : AT_REST
}

export interface HeardAnswer extends CheckAnswer {
  /** Of a program that failed: what it said. */
  words?: string
}

/** Everything that was seen of one start, and all that the verdict rests on. */
export interface Observation {
  before: Before
  /** Snapshots after the start was over, oldest first. */
  snapshots: UnitSnapshot[]
  /** The start did not end within its time. */
  timedOut: boolean
  /** Seconds for which its processes had done nothing, where that ended the wait for the start. */
  stillSeconds?: number
  /** What its processes wait in where the start did not end: "sh in openat(2)". */
  waits?: readonly string[]
  /** Limit that was given to the start, in milliseconds. */
  limitMs: number
  sockets: SocketFacts[]
  answers: HeardAnswer[]
  /** What the full exchanges came to; absent until they were played. */
  full?: readonly FullAnswer[]
  /** "chown (fchownat)" for each system call that a filter killed. */
  killed: string[]
  /** Nobody could read the kernel's log, which tells of killed calls. */
  killsUnread?: true
  /** Snapshots at the end in which the set of processes was the same. */
  restful: number
}

/** Snapshots in a row that must show the same processes: at four a second, more than a second of rest. */
export const RESTFUL_SNAPSHOTS = 5

const same = (
  socket: SocketFacts,
  { family, type, address, port }: Listener,
  all: readonly SocketFacts[],
): boolean =>
  socket.family === family &&
  socket.type === type &&
  socket.port === port &&
  (socket.address === address || lastingAddress(socket, all) === address)

export function listenerLabel({ family, address, port, type }: Listener): string {
  if (family === 'AF_UNIX') return address
  const host = address.includes(':') ? `[${address}]` : address
  return `${type === 'datagram' ? 'udp' : 'tcp'} ${host}:${port}`
}

/** The main process among those of the control group. */
function mainOf({ processes, mainPid }: UnitSnapshot): string | undefined {
  return processes.find((identity) => pidOf(identity) === mainPid)
}

function unfinished({ stillSeconds, waits = [], limitMs }: Observation): string {
  const words =
    stillSeconds === undefined
      ? `the start did not end within ${Math.round(limitMs / 1000)} s`
      : `the start hangs: for ${stillSeconds} s its processes did nothing`
  return waits.length === 0 ? words : `${words}; it waits: ${waits.join(', ')}`
}

function judgeStart(observation: Observation): Reason[] {
  const { snapshots, timedOut, before } = observation
  const last = snapshots.at(-1)
  if (last === undefined) return [{ kind: 'error', text: 'the state of the unit could not be read' }]
  if (timedOut) return [{ kind: 'start', text: unfinished(observation) }]
  // A counter of PID 1 is not a cause: the service died at each start, and its log lines from any of them tell why.
  if (last.result === 'start-limit-hit')
    return [{ kind: 'restarting', text: 'the service ended at each start until systemd gave up' }]
  if (last.sub === 'auto-restart')
    return [{ kind: 'restarting', text: 'the service ends at each start, and systemd starts it again' }]
  if (last.active === 'failed') return [{ kind: 'start', text: `the start failed (${last.result})` }]
  if (last.active !== 'active') return [{ kind: 'stopped', text: `the unit is ${last.active} (${last.sub})` }]
  if (before.goesOn === true) {
    const main = mainOf(last)
    const sameMain = last.mainPid === 0 || (main !== undefined && before.processes.includes(main))
    if (sameMain && last.invocation === before.invocation) return []
    return [{ kind: 'restarting', text: 'the service was restarted, though nobody asked for that' }]
  }
  if (before.invocation !== '' && last.invocation === before.invocation) {
    return [{ kind: 'start', text: 'the service was not restarted: its invocation is the old one' }]
  }
  return []
}

/** Processes that a restart should have ended; none where it was not restarted, or nothing ran before. */
function processesBefore({ before }: Observation): readonly string[] {
  return before.invocation === '' || before.goesOn === true ? [] : before.processes
}

/**
 * Settings reach none but new processes. A stop may leave the old ones, and a start script that finds them ends with
 * success; PID 1, which knows no main process then, calls the unit active either way.
 */
function judgeProcesses(observation: Observation, { populated }: Baseline): Reason[] {
  const now = observation.snapshots.at(-1)?.processes ?? []
  const old = processesBefore(observation)
  if (now.length === 0)
    return populated === true ? [{ kind: 'stray', text: 'the unit is active and has no process' }] : []
  if (now.every((process) => old.includes(process)))
    return [{ kind: 'stray', text: 'the restart left it with none but the processes from before' }]
  // Sessions and jobs may outlive a stop (KillMode=process); what served them does not.
  const isLeft = old.length > 0 && old.every((process) => now.includes(process))
  return isLeft ? [{ kind: 'stray', text: 'the stop ended none of its processes, which still run' }] : []
}

function judgeStability({ snapshots, restful, before }: Observation, baseline: Baseline): Reason[] {
  const invocations = new Set(snapshots.map(({ invocation }) => invocation))
  const mains = new Set(snapshots.map(({ mainPid }) => mainPid))
  const last = snapshots.at(-1)
  // A service that was not restarted may have been restarted by systemd long before.
  const restarts = before.goesOn ? 0 : (last?.restarts ?? 0)
  if (restarts > 0 || invocations.size > 1) {
    return [{ kind: 'restarting', text: 'the service died and systemd started it again' }]
  }
  if (mains.size > 1) return [{ kind: 'restarting', text: 'the main process changed during the watch' }]
  if (last !== undefined && last.mainPid > 0 && mainOf(last) === undefined) {
    return [{ kind: 'stray', text: 'the main process is not in the unit’s control group' }]
  }
  if (!baseline.restless && restful < RESTFUL_SNAPSHOTS) {
    return [{ kind: 'unrest', text: 'its processes die and start again endlessly' }]
  }
  return []
}

/** A daemon that survived the stop may still hold the port and answer every probe: only new processes count. */
function judgeListeners(observation: Observation, baseline: Baseline): Reason[] {
  const { sockets } = observation
  const old = new Set(processesBefore(observation).map(pidOf))
  return baseline.listeners.flatMap((listener): Reason[] => {
    const holders = sockets.filter((socket) => same(socket, listener, sockets))
    if (holders.length === 0)
      return [{ kind: 'listener', text: `nothing of the unit listens on ${listenerLabel(listener)}` }]
    const byOld = holders.find(({ pids }) => pids.some((pid) => old.has(pid)))
    return byOld === undefined
      ? []
      : [{ kind: 'stray', text: `${listenerLabel(listener)} is held by a process from before the restart` }]
  })
}

/** Checks that answer otherwise than before the change. */
export function judgeAnswers(answers: readonly HeardAnswer[], baseline: Pick<Baseline, 'answers'>): Reason[] {
  return baseline.answers.flatMap(({ check, answer }): Reason[] => {
    const heard = answers.find((one) => checkKey(one.check) === checkKey(check))
    const now = heard?.answer ?? 'was not asked'
    const words = heard?.words === undefined ? '' : `; ${heard.words}`
    return now === answer
      ? []
      : [{ kind: 'answer', text: `${checkLabel(check)}: ${now}, before the change ${answer}${words}` }]
  })
}

function judgeFull({ full }: Observation): Reason[] {
  return (full ?? []).flatMap(({ check, answer }): Reason[] =>
    answer === check.done ? [] : [{ kind: 'answer', text: `${fullLabel(check)} was ${answer}` }],
  )
}

/** `killed`: "chown (fchownat)" for each system call that a filter killed. */
export function judgeKilled(killed: readonly string[]): Reason[] {
  return killed.map((call) => ({
    kind: 'killed',
    text: `the kernel killed ${call}: the system call is not allowed`,
  }))
}

/** Why the service is not healthy; empty if it is. Causes come before effects. */
export function judge(observation: Observation, baseline: Baseline): Reason[] {
  const killed = judgeKilled(observation.killed)
  const start = judgeStart(observation)
  if (start.length > 0) return [...killed, ...start]
  return [
    ...killed,
    ...judgeProcesses(observation, baseline),
    ...judgeStability(observation, baseline),
    ...judgeListeners(observation, baseline),
    ...judgeAnswers(observation.answers, baseline),
    ...judgeFull(observation),
  ]
}

function notPlayed(answers: readonly CheckAnswer[]): string[] {
  if (answers.length === 0) return ['no check could ask it anything, and no --exercise was given']
  if (isExercised({ answers })) return []
  return ['only probes ran: no --exercise was given']
}

/** The proof in sentences; only for an observation in which judge() found nothing. */
export function proofOf(
  { snapshots, answers, before, full = [], killsUnread }: Observation,
  baseline: Baseline,
): string[] {
  const last = snapshots.at(-1)
  const invocation = before.goesOn
    ? 'it was not restarted: the invocation is the same'
    : 'a new invocation is active'
  return [
    `${invocation}, main process ${last?.mainPid ?? 0}`,
    ...(last
      ? [
          `${last.processes.length} ${last.processes.length === 1 ? 'process' : 'processes'}, at rest${killsUnread ? '' : ', none killed'}`,
        ]
      : []),
    ...(baseline.listeners.length > 0
      ? [
          `listens as before, held by its own ${before.goesOn ? '' : 'new '}processes: ${baseline.listeners.map(listenerLabel).join(', ')}`,
        ]
      : []),
    ...answers.map(({ check, answer }) => `${checkLabel(check)}: ${answer}, as before`),
    ...full.map(({ check, answer }) => `${fullLabel(check)} was ${answer}`),
    ...notPlayed(answers),
  ]
}
