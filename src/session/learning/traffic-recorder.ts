import { startsUnprivileged } from '../../catalog/common/unit-settings.ts'
import { orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import type { Facts } from '../../observe/facts.ts'
import { processesOfGroup } from '../../observe/proc/control-group.ts'
import { readProcesses } from '../../observe/proc/processes.ts'
import { readSockets } from '../../observe/proc/sockets.ts'
import { type LearnedFacts, type LearnedOn, mergeLearned } from '../../observe/trace/learned-facts.ts'
import {
  callsSeen,
  type Look,
  liveFacts,
  loggedCalls,
  type News,
  newsIn,
  seenSince,
} from '../../observe/trace/logged-calls.ts'
import { type AuditLog, readSeccompLog, type SeccompRecord } from '../../systemd/log/audit.ts'
import { reachesLimit, tellsOfLoss } from '../../systemd/log/audit-limit.ts'
import { probeLog } from '../../systemd/log/log-probe.ts'
import { first } from '../../systemd/manager/show.ts'

/** Records arrive a little late, and the limit of the kernel covers five seconds. */
const OVERLAP_MS = 10_000
/** The number of files to remember: a service that gives each upload a new name would fill the memory. */
const MAX_FILES = 500

/** Facts recorded from the live service so far. */
export interface RecordedTraffic {
  news: News
  lost: boolean
}

export interface RecorderOptions {
  host: Host
  /** The facts before the recording; what they show is not new. */
  facts: Facts
  on: LearnedOn
  /**
   * Where the kernel logs calls, and which it leaves out, so that a record of one belongs to somebody else. Undefined
   * if no calls are logged.
   */
  calls: { log: AuditLog; leftOut: ReadonlySet<string> } | undefined
}

/** Records new facts of a live service: calls that the kernel logged for it, and looks at /proc. */
export class TrafficRecorder {
  readonly #listening: RecorderOptions
  readonly #before: Look
  readonly #group: string
  readonly #since = Date.now()
  #startedBy = Number.POSITIVE_INFINITY
  /** The time of the last reading, and the time from which the log was read. */
  #heard = Date.now()
  #looked = Date.now()
  /** Of the records that the next reading will show again. */
  #known = new Set<string>()
  #learned: LearnedFacts | undefined
  /** The kernel said so. */
  #lost = false
  /** So many records came at once that the kernel may have dropped some silently. */
  #full = false

  constructor(listening: RecorderOptions) {
    this.#listening = listening
    const { processes, sockets, unit } = listening.facts
    this.#before = { processes, sockets }
    this.#group = first(unit.properties, 'ControlGroup')
  }

  /** The start is over: later calls are traffic. */
  started(): void {
    this.#startedBy = Date.now()
  }

  /** Seconds of recording. */
  get seconds(): number {
    return Math.max(0, Math.round((this.#heard - this.#startedBy) / 1000))
  }

  /** All new facts, to be merged with the known ones; undefined if there are none. */
  get learned(): LearnedFacts | undefined {
    return this.#learned
  }

  heard(): RecordedTraffic {
    const { facts, on } = this.#listening
    const learned = this.#learned ?? liveFacts(callsSeen([], 0), on)
    return { news: newsIn(facts.learned, learned), lost: this.#lost || this.#full }
  }

  /** Reads the logs and looks at /proc once. */
  async listen(): Promise<void> {
    await Promise.all([this.#readLog(), this.#look()])
    this.#heard = Date.now()
  }

  /**
   * The last look before logging ends. The kernel reports dropped records only with the next record, so hardenctl
   * causes one: once it appears, the kernel has reported everything.
   */
  async finish(): Promise<void> {
    const { host, calls } = this.#listening
    const probed = calls === undefined ? undefined : await probeLog(host, [])
    await this.listen()
    this.#full = probed?.readable === false
  }

  #add(seen: Parameters<typeof liveFacts>[0]): void {
    const full = (this.#learned?.changed.length ?? 0) >= MAX_FILES
    const { facts, on } = this.#listening
    const found = liveFacts(full ? { ...seen, files: [] } : seen, on, startsUnprivileged(facts))
    this.#learned = mergeLearned(this.#learned, found)
  }

  async #readLog(): Promise<void> {
    const { host, calls } = this.#listening
    if (calls === undefined) return
    const since = Math.max(this.#since, this.#looked - OVERLAP_MS)
    this.#looked = Date.now()
    const { records, kernelLog } = await readSeccompLog(host, since, [
      ...new Set(['kernel', calls.log] as const),
    ])
    this.#lost ||= tellsOfLoss(kernelLog, this.#since)
    this.#full ||= reachesLimit(records)
    const keyOf = ({ time, id }: SeccompRecord) => `${time}:${id}`
    const fresh = records.filter((record) => !this.#known.has(keyOf(record)))
    this.#known = new Set(records.map(keyOf))
    const possible = loggedCalls(fresh).filter(({ name }) => !calls.leftOut.has(name))
    const own = await Promise.all(possible.map((record) => this.#isOwn(record)))
    const made = possible.filter((_, index) => own[index])
    if (made.length > 0) this.#add(callsSeen(made, this.#startedBy))
  }

  /**
   * A living process is identified by its control group. One that has ended, or has a pid of another namespace, counts
   * as the unit's: hardly anybody else has allowed calls logged.
   */
  async #isOwn({ pid, exe }: SeccompRecord): Promise<boolean> {
    const { host } = this.#listening
    const link = await host.readlink(`/proc/${pid}/exe`).catch(orElse(undefined))
    if (link !== exe) return true
    const groups = await host.read(`/proc/${pid}/cgroup`).catch(orElse(undefined))
    return (
      groups === undefined || groups.split('\n').some((line) => line.split(':')[2]?.startsWith(this.#group))
    )
  }

  async #look(): Promise<void> {
    const { host } = this.#listening
    const gaps = new Set<string>()
    const pids = await processesOfGroup(host, this.#group, gaps)
    const processes = await readProcesses(host, pids, 0, gaps)
    const sockets = await readSockets(host, processes, gaps)
    const seen = seenSince(this.#before, { processes, sockets })
    if (seen.files.length + seen.sockets.length + seen.acts.length > 0) this.#add(seen)
  }
}
