import { setTimeout as pause } from 'node:timers/promises'
import { orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { readSocketsOf } from '../../observe/proc/sockets.ts'
import type { SeccompRecord } from '../../systemd/log/audit.ts'
import { type Baseline, isExercise } from './baseline.ts'
import { ComingUp } from './coming-up.ts'
import { playAllFull } from './full/play-full.ts'
import { answersOf, play } from './heard.ts'
import { type HeardAnswer, judge, type Observation, proofOf, RESTFUL_SNAPSHOTS } from './judge.ts'
import { attributedRecords, describeRecord, type Filter, filterOf } from './killed.ts'
import { isFinal, isUp } from './patience.ts'
import { checkRun } from './run.ts'
import { Sightings } from './sightings.ts'
import { untilIdle } from './touched.ts'
import { pidOf, snapshotOfProcesses, takeSnapshot, type UnitSnapshot } from './unit-snapshot.ts'
import { type Begun, type HealthCheckInput, type HealthReport, type Watch, watchStart } from './watch.ts'

export type { HealthCheckInput, HealthReport } from './watch.ts'

const INTERVAL_MS = 250
/** Milliseconds that a watch for rest takes. */
export const REST_MS = INTERVAL_MS * RESTFUL_SNAPSHOTS
/** Between two questions of a brief look. */
const BRIEF_MS = 100

function restAtEnd(snapshots: readonly UnitSnapshot[]): number {
  const last = snapshots.at(-1)?.processes.join(' ')
  let count = 0
  for (const { processes } of [...snapshots].reverse()) {
    if (processes.join(' ') !== last) break
    count += 1
  }
  return count
}

function withoutExercises(baseline: Baseline): Baseline {
  return { ...baseline, answers: baseline.answers.filter(({ check }) => !isExercise(check)) }
}

/**
 * Looks again for a while. PID 1 is asked only at the end: the processes show everything earlier, and asking costs more
 * processor time than the service itself.
 */
async function watchRest(
  { host, unit, sightings }: Watch,
  last: UnitSnapshot,
  needless: AbortSignal,
): Promise<UnitSnapshot[]> {
  const snapshots: UnitSnapshot[] = []
  for (let look = 1; look < RESTFUL_SNAPSHOTS; look += 1) {
    await pauseUnless(needless, INTERVAL_MS)
    if (needless.aborted) return snapshots
    const now = await snapshotOfProcesses(host, last)
    snapshots.push(now)
    await sightings.look(now.group)
  }
  await pauseUnless(needless, INTERVAL_MS)
  return needless.aborted ? snapshots : [...snapshots, await takeSnapshot(host, unit)]
}

/** Returns early where the signal aborts. */
async function pauseUnless(needless: AbortSignal, ms: number): Promise<void> {
  await pause(ms, undefined, { signal: needless }).catch((error) => {
    if (!needless.aborted) throw error
  })
}

/** One look, a little later. */
async function lookAgain({ host, unit, sightings }: Watch): Promise<UnitSnapshot[]> {
  await pause(BRIEF_MS)
  const now = await takeSnapshot(host, unit)
  await sightings.look(now.group)
  return [now]
}

/** Wall clock minus monotonic clock, in milliseconds; a change means that the clock was set. */
const wallOffset = () => Date.now() - performance.now()

async function observeNow(
  question: Watch,
  filter: Filter | undefined,
  snapshots: UnitSnapshot[],
  begun: Omit<Begun, 'snapshots'>,
  asked: (host: Host) => Promise<HeardAnswer[]>,
): Promise<{ observation: Observation; records: SeccompRecord[] }> {
  const { host, before, since, startLimitMs } = question
  const now = snapshots.at(-1) as UnitSnapshot
  // Records carry the time of the wall clock: a clock that was set back would hide those of this start.
  const setBack = Math.min(0, wallOffset() - question.offset)
  const records = await attributedRecords(host, filter, since + setBack, now.group, question)
  const { timedOut, stillSeconds, waits } = begun
  const up = !timedOut && now.active === 'active'
  const observation: Observation = {
    before,
    snapshots,
    timedOut,
    ...(stillSeconds === undefined ? {} : { stillSeconds }),
    ...(waits === undefined ? {} : { waits }),
    limitMs: startLimitMs,
    sockets: up ? await readSocketsOf(host, now.processes.map(pidOf), now.mainPid) : [],
    answers: up ? await question.sightings.during(now.group, asked(host)) : [],
    killed: [...new Set(records.map(describeRecord))],
    ...(host.manager.kind === 'user' ? { killsUnread: true as const } : {}),
    restful: restAtEnd(snapshots),
  }
  return { observation, records }
}

/** Plays exercises and full exchanges on a service whose probes passed, and checks whether it is still healthy. */
async function exercise(
  question: Watch,
  filter: Filter | undefined,
  snapshots: UnitSnapshot[],
  probed: { observation: Observation; records: SeccompRecord[] },
): Promise<HealthReport> {
  const { host, unit, baseline } = question
  const exercises = baseline.answers.map(({ check }) => check).filter(isExercise)
  const { full = [] } = baseline
  if (exercises.length + full.length === 0) {
    const proof = proofOf(probed.observation, baseline)
    const { answers } = probed.observation
    return { healthy: true, reasons: [], proof, records: probed.records, last: snapshots.at(-1), answers }
  }
  const group = snapshots.at(-1)?.group ?? ''
  const played = await question.sightings.during(group, play(host, exercises))
  const toTheEnd = await question.sightings.during(group, playAllFull(host, full))
  snapshots.push(await takeSnapshot(host, unit))
  const rest = restAtEnd(snapshots.slice(0, -1))
  const { observation: seen, records } = await observeNow(
    question,
    filter,
    snapshots,
    { timedOut: false },
    async () => [...probed.observation.answers, ...played],
  )
  const observation = { ...seen, full: toTheEnd }
  // An exercise may start workers; the next look tells whether they are at rest.
  const reasons = judge({ ...observation, restful: Math.max(rest, observation.restful) }, baseline)
  const healthy = reasons.length === 0
  const proof = healthy ? proofOf(observation, baseline) : []
  return { healthy, reasons, proof, records, last: snapshots.at(-1), answers: observation.answers }
}

/** A service that was stopped before and that nobody has started; undefined where there is something to watch. */
async function stillStopped({ host, unit, baseline }: Watch): Promise<HealthReport | undefined> {
  if (baseline.stopped !== true || host.isClone) return undefined
  const last = await takeSnapshot(host, unit)
  if (last.active !== 'inactive') return undefined
  return { healthy: true, reasons: [], proof: ['it is stopped, as before'], records: [], last }
}

/**
 * Watches a service after a restart until it is proven healthy or its time is up. Resolves within the start limit plus
 * about ten seconds and the time of the exercises, whatever the service does.
 */
export async function checkHealth(asked: HealthCheckInput): Promise<HealthReport> {
  const sightings = new Sightings(asked.host)
  const { host, unit, isBrief = false } = asked
  const baseline = isBrief ? { ...asked.baseline, restless: true } : asked.baseline
  const question = { ...asked, baseline, sightings, offset: wallOffset() }
  if (baseline.oneshot !== undefined) return checkRun(question, baseline.oneshot)
  const stopped = await stillStopped(question)
  if (stopped !== undefined) return stopped
  const probed = withoutExercises(baseline)
  const checks = probed.answers.map(({ check }) => check)
  // PID 1 knows the filter before it starts anything under it.
  const [{ snapshots, ...begun }, filter] = await Promise.all([watchStart(question), filterOf(host, unit)])
  const started = performance.now()
  const comingUp = new ComingUp(host)
  let upMs = 0
  for (;;) {
    question.signal?.throwIfAborted()
    // It is watched while it is asked: a verdict needs another round only for what came during the watch.
    const needless = new AbortController()
    const watched = isBrief
      ? undefined
      : watchRest(question, snapshots.at(-1) as UnitSnapshot, needless.signal)
    try {
      const { observation, records } = await observeNow(question, filter, snapshots, begun, (on) =>
        answersOf(on, checks),
      )
      const reasons = judge(observation, probed)
      if (reasons.length === 0) {
        needless.abort()
        if (isBrief) await untilIdle(host, snapshots.at(-1)?.group ?? '', REST_MS)
        return { ...(await exercise(question, filter, snapshots, { observation, records })), upMs }
      }
      const isBusy = await comingUp.look(snapshots.at(-1)?.group ?? '')
      const waitedMs = performance.now() - started
      if (!isUp(reasons)) upMs = Math.round(waitedMs)
      const { sockets } = observation
      if (isFinal({ reasons, waitedMs, isBusy, sockets }, baseline, asked.isUnhardened === true))
        return { healthy: false, reasons, proof: [], records, last: snapshots.at(-1) }
      snapshots.push(...(await (watched ?? lookAgain(question))))
    } finally {
      needless.abort()
      await watched?.catch(orElse([]))
    }
  }
}
