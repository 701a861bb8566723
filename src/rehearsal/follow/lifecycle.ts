import { dirname } from 'node:path/posix'
import { ExpectedError } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import type { Facts } from '../../observe/facts.ts'
import {
  JOB_LIMIT_MS,
  queue,
  reloadUnit,
  resetFailed,
  startWithSockets,
} from '../../systemd/manager/control.ts'
import { answerTo } from '../../trial/health/ask.ts'
import type { Baseline } from '../../trial/health/baseline.ts'
import { fullLabel } from '../../trial/health/full/exchange.ts'
import { playAllFull } from '../../trial/health/full/play-full.ts'
import { giveWork } from '../../trial/health/give-work.ts'
import { checkHealth } from '../../trial/health/health.ts'
import { ANY_START } from '../../trial/health/judge.ts'
import { startLimitMs } from '../../trial/transaction/trial.ts'
import { type LearnPhase, untilQuiet } from './learn.ts'
import { TRACE_FOLDER } from './strace.ts'

export interface Lifecycle {
  facts: Facts
  baseline: Baseline
  /** Its sockets that are active on the live host. */
  sockets: readonly string[]
  /** What it bears unhardened: no reload or stop is played that it does not bear, and a stop gets the time that it takes. */
  borne?: { reload: boolean; stopMs: number; isForced?: boolean }
  signal?: AbortSignal
}

/** A traced service stops twice at each call, and a clone gets only spare processor time. */
const PATIENCE = 6
/** Less, since a copy that is refused never comes. */
const COPY_PATIENCE = 2
const ROUNDS = 3
const ROTATE_LIMIT_MS = 60_000

function patience(baseline: Baseline): number {
  const limit = startLimitMs(baseline) * PATIENCE
  return baseline.oneshot === undefined ? Math.min(JOB_LIMIT_MS, limit) : limit
}

async function start(host: Host, life: Lifecycle): Promise<void> {
  const { facts, baseline, signal } = life
  const unit = facts.unit.id
  const since = Date.now()
  await resetFailed(host, unit)
  await giveWork(host, baseline)
  await startWithSockets(host, unit, life.sockets)
  const report = await checkHealth({
    host,
    unit,
    baseline: { ...baseline, full: [] },
    before: ANY_START,
    since,
    startLimitMs: patience(baseline),
    isUnhardened: true,
    executables: facts.executables.map(({ path }) => path),
    ...(signal ? { signal } : {}),
  })
  if (!report.healthy) throw new ExpectedError(report.reasons[0]?.text ?? 'it is not healthy')
}

async function askAll(host: Host, { baseline }: Lifecycle): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    await Promise.all(baseline.answers.map(({ check }) => answerTo(host, check)))
  }
}

/** Once, since a trace tells what the first time tells; a copy comes later than without a trace. */
async function playFull(host: Host, { baseline: { full = [] } }: Lifecycle): Promise<void> {
  const patient = full.map((check) => {
    const { arrival } = check
    if (arrival === undefined) return check
    return { ...check, arrival: { ...arrival, waitMs: arrival.waitMs * COPY_PATIENCE } }
  })
  const answers = await playAllFull(host, patient)
  const failed = answers.find(({ check, answer }) => answer !== check.done)
  if (failed) throw new ExpectedError(`${fullLabel(failed.check)} was ${failed.answer}`)
}

async function serve(host: Host, life: Lifecycle): Promise<void> {
  await askAll(host, life)
  await playFull(host, life)
}

async function reload(host: Host, life: Lifecycle): Promise<void> {
  const problem = await reloadUnit(host, life.facts.unit.id, JOB_LIMIT_MS)
  if (problem !== undefined) throw new ExpectedError(problem)
  await askAll(host, life)
}

/** Only the files that name the service, with a state of their own: logrotate(8). */
async function rotate(host: Host, life: Lifecycle, sources: readonly string[]): Promise<void> {
  await host.makeDirectory(TRACE_FOLDER, 0o700)
  for (const source of sources) {
    const argv = ['logrotate', '--force', '--state', `${TRACE_FOLDER}/rotated`, source]
    const { exitCode, stderr } = await host.run(argv, { timeoutMs: ROTATE_LIMIT_MS })
    if (exitCode !== 0) throw new ExpectedError(`logrotate ${source}: ${stderr.trim().split('\n')[0]}`)
  }
  await untilQuiet(host, life.facts.unit.id, JOB_LIMIT_MS)
  await askAll(host, life)
}

async function stop(host: Host, life: Lifecycle): Promise<void> {
  await queue(host, 'stop', life.facts.unit.id)
  const limit = Math.max(JOB_LIMIT_MS, (life.borne?.stopMs ?? 0) * PATIENCE)
  const { active, result } = await untilQuiet(host, life.facts.unit.id, limit)
  if (active !== 'inactive') throw new ExpectedError(`it did not stop cleanly (${active}, ${result})`)
}

/** logrotate.conf itself would rotate everybody's logs. */
function rotationSources({ logrotate }: Facts): string[] {
  const own = logrotate.filter(({ source }) => dirname(source) === '/etc/logrotate.d')
  return [...new Set(own.map(({ source }) => source))]
}

/** The life of a service that is worth learning from: start, probes and exercises, reload, log rotation, stop. */
export function lifecycleOf(host: Host, life: Lifecycle): LearnPhase[] {
  const sources = rotationSources(life.facts)
  const phase = (name: string, play: () => Promise<void>): LearnPhase => ({ name, play })
  return [
    phase('start', () => start(host, life)),
    phase('serve', () => serve(host, life)),
    ...(life.facts.unit.canReload && life.borne?.reload !== false
      ? [phase('reload', () => reload(host, life))]
      : []),
    ...(sources.length > 0 ? [phase('rotate', () => rotate(host, life, sources))] : []),
    ...(life.borne?.isForced === true ? [] : [phase('stop', () => stop(host, life))]),
  ]
}
