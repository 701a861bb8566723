import { orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { processesOfGroup } from '../../observe/proc/control-group.ts'
import { invocationJournal, syncJournal, unitJournal } from '../../systemd/log/journal.ts'
import {
  activeSockets,
  beginJob,
  JOB_LIMIT_MS,
  SystemctlError,
  startWithSockets,
} from '../../systemd/manager/control.ts'
import { first, showUnit } from '../../systemd/manager/show.ts'
import type { Baseline } from '../../trial/health/baseline.ts'
import { checkHealth, type HealthReport } from '../../trial/health/health.ts'
import { ANY_START } from '../../trial/health/judge.ts'
import { pidOf } from '../../trial/health/unit-snapshot.ts'
import { startLimitMs } from '../../trial/transaction/trial.ts'
import { unansweredEndpoints } from '../compare/failing-check-targets.ts'
import { endpointLabel, type ListenerAddress, listenerUnit } from '../compare/listener-unit.ts'
import { endpointsInJournal, namedUnits } from '../compare/missing-endpoints.ts'
import { peersAsked } from '../compare/peers-asked.ts'
import { listVolatile, type VolatileListing } from '../compare/volatile.ts'
import { bootClone, type Clone, type CloneOptions } from './clone.ts'

export interface CloneBaselineInput {
  unit: string
  /** How the service answers live. */
  baseline: Baseline
  executables: readonly string[]
  /** Another clone was asked before, and watched: here it is enough that the service answers as live. */
  isBrief?: boolean
  signal?: AbortSignal
}

/** Whether a clone can prove anything about this service: it must answer there, unhardened, as it does live. */
export type BaselineVerdict =
  | {
      same: true
      proof: string[]
      /** Milliseconds after its start for which it did not listen or answer yet. */
      upMs: number
      /** The content of the folders that a reboot empties, before the service's first start. */
      volatile: VolatileListing
    }
  | Unlike

/** The unit does not run in a clone as it does live, which proves nothing. */
export interface Unlike {
  same: false
  /** The missing part, in one sentence. */
  missing: string
  /** Services of the live host that the unit wanted to talk to: to be started in a clone too. */
  startable: string[]
}

/** A clone gets only the processor time that nobody else needs. */
const PATIENCE = 3

/** A crash report ends with lines that tell nothing. */
const TELLING = /error|denied|fail|cannot|can't|could not|not permitted|in use|fatal|unable/i

/** Starts a unit in a clone; the health check sees the result. */
export async function startInClone(live: Host, host: Host, unit: string): Promise<void> {
  await startWithSockets(host, unit, await activeSockets(live, unit))
}

async function conditionText(host: Host, unit: string): Promise<string | undefined> {
  const shown = await showUnit(host, unit, ['ConditionResult', 'AssertResult', 'ActiveState'])
  if (first(shown, 'ActiveState') === 'active') return undefined
  if (first(shown, 'ConditionResult') !== 'no' && first(shown, 'AssertResult') !== 'no') return undefined
  return 'a Condition…= or Assert…= of the unit is not met there; many units do not start in a container'
}

/** Why the unit does not run in a clone as it does live, and which units it may lack there. */
export async function whyUnlike(
  live: Host,
  host: Host,
  { unit, baseline }: CloneBaselineInput,
  report: HealthReport,
): Promise<Unlike> {
  const reason = report.reasons[0]?.text ?? 'it is not healthy'
  const condition = await conditionText(host, unit)
  if (condition !== undefined) return { same: false, missing: condition, startable: [] }
  // A clone runs at the lowest weight, so the last log lines of a failed service may come late.
  await syncJournal(host)
  const told = await invocationJournal(host, report.last?.invocation ?? '')
  // The last line of a process that has ended may be known to be of the unit, but not of which invocation.
  const journal = told.some(({ pid }) => pid !== 1) ? told : await unitJournal(host, unit, 0)
  const lacking = endpointsInJournal(journal.map(({ message }) => message))
  const missed = await missedByAnswers(host, unit, baseline, report)
  const served = await servedByOthers(live, unit, [...(lacking?.endpoints ?? []), ...missed])
  const others = await activeUnits(live, unit, namedUnits(journal.map(({ message }) => message)))
  if (lacking === undefined && served.length === 0 && others.length === 0) {
    const said = journal.filter(({ identifier }) => identifier !== 'systemd').map(({ message }) => message)
    const line = said.findLast((message) => TELLING.test(message)) ?? said.at(-1)
    const words = line === undefined ? '' : `; it said: ${line.split('\n')[0]}`
    return { same: false, missing: `${reason}${words}`, startable: [] }
  }
  const whose = served.map(({ label, by }) => `${label} is served by ${by} on the live host`)
  const named = others.map((name) => `it names ${name}, which runs on the live host`)
  const words = lacking === undefined ? named : [...named, `it said: ${lacking.line}`]
  return {
    same: false,
    missing: [reason, ...words, ...whose].join('; '),
    startable: [...new Set([...served.map(({ by }) => by), ...others])],
  }
}

/** Where its checks and the service itself turned to, if all that is wrong is what it answers. */
async function missedByAnswers(
  host: Host,
  unit: string,
  { answers }: Baseline,
  { reasons, last }: HealthReport,
): Promise<ListenerAddress[]> {
  if (reasons.some(({ kind }) => kind !== 'answer')) return []
  const ask = () => unansweredEndpoints(host, answers)
  const { asked, peers } = await peersAsked(host, (last?.processes ?? []).map(pidOf), ask)
  if (peers.length > 0) return [...asked, ...peers]
  // Who was refused may hold the other one for dead, and turn to it no more before its next start.
  const { over } = await beginJob(host, 'restart', unit, JOB_LIMIT_MS)
  await over?.catch(orElse(undefined))
  const group = first(await showUnit(host, unit, ['ControlGroup']), 'ControlGroup')
  const anew = await peersAsked(host, await processesOfGroup(host, group, new Set()), ask)
  return [...asked, ...anew.peers]
}

/** Those of the units that run on the live host, and that may be started in a clone. */
async function activeUnits(live: Host, unit: string, names: readonly string[]): Promise<string[]> {
  const states = await Promise.all(names.map((name) => showUnit(live, name, ['Id', 'ActiveState'])))
  return states.flatMap((shown) => {
    const id = first(shown, 'Id')
    return id !== unit && first(shown, 'ActiveState') === 'active' ? [id] : []
  })
}

/** Those endpoints, each once, at which another service of the live host listens. */
async function servedByOthers(
  live: Host,
  unit: string,
  endpoints: readonly ListenerAddress[],
): Promise<{ label: string; by: string }[]> {
  const distinct = new Map(endpoints.map((endpoint) => [endpointLabel(endpoint), endpoint]))
  const found = await Promise.all(
    [...distinct].map(async ([label, endpoint]) => ({ label, by: await listenerUnit(live, endpoint) })),
  )
  return found.flatMap(({ label, by }) => (by === undefined || by === unit ? [] : [{ label, by }]))
}

/**
 * Starts the unhardened unit in the clone and compares its answers with the live ones. Only after `same` does a
 * rehearsal in this clone prove anything: otherwise the clone could cause a failure.
 */
export async function rehearseBaseline(
  live: Host,
  clone: Clone,
  input: CloneBaselineInput,
): Promise<BaselineVerdict> {
  const { unit, baseline, executables, isBrief = false, signal } = input
  const volatile = await listVolatile(clone.host)
  const since = Date.now()
  try {
    await startInClone(live, clone.host, unit)
  } catch (error) {
    if (!(error instanceof SystemctlError)) throw error
    return { same: false, missing: error.message, startable: [] }
  }
  const report = await checkHealth({
    host: clone.host,
    unit,
    baseline,
    before: ANY_START,
    since,
    startLimitMs: startLimitMs(baseline) * PATIENCE,
    executables,
    isBrief,
    isUnhardened: true,
    ...(signal ? { signal } : {}),
  })
  if (report.healthy) {
    return { same: true, proof: report.proof, upMs: report.upMs ?? 0, volatile }
  }
  return whyUnlike(live, clone.host, input, report)
}

export type ProvenClone = { clone: Clone; volatile: VolatileListing; upMs: number } | { verdict: Unlike }

/**
 * A clone where the unit runs and answers as live. Files that change during the copy may be damaged in a clone, so a
 * failure gets one fresh clone before it counts. A clone that proved nothing is removed.
 */
export async function bootProven(
  live: Host,
  options: CloneOptions,
  input: CloneBaselineInput,
): Promise<ProvenClone> {
  for (let attempt = 1; ; attempt += 1) {
    const clone = await bootClone(live, options)
    let keep = false
    try {
      const verdict = await rehearseBaseline(live, clone, input)
      keep = verdict.same
      if (verdict.same) return { clone, volatile: verdict.volatile, upMs: verdict.upMs }
      // A second clone lacks the same units as the first one.
      if (attempt === 2 || verdict.startable.length > 0) return { verdict }
    } finally {
      if (!keep) await clone.dispose()
    }
  }
}
