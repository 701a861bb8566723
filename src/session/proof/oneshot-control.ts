import { isDeepStrictEqual } from 'node:util'
import type { Facts } from '../../observe/facts.ts'
import { type Unlike, whyUnlike } from '../../rehearsal/boot/proven-clone.ts'
import { queue, resetFailed } from '../../systemd/manager/control.ts'
import { type Baseline, isExercise, isExercised } from '../../trial/health/baseline.ts'
import { giveWork } from '../../trial/health/give-work.ts'
import { checkHealth, type HealthReport } from '../../trial/health/health.ts'
import { ANY_START } from '../../trial/health/judge.ts'
import type { TrialContext } from '../../trial/transaction/trial.ts'
import { healthCheckInput } from '../../trial/transaction/trial-health.ts'
import type { WalkBeginning } from '../walk/context.ts'
import { bootForTrials } from './clone-pool.ts'
import { asAfterBoot, type Control, type ControlVerdict } from './control.ts'

/** In a clone it has only the processor time that nobody else needs. */
const RUN_LIMIT_MS = 10 * 60_000
const MAX_TOLD = 3
const IDLE = 'The exercises changed nothing in a clone, so that they gave it no work: they count for nothing.'

/** One run without hardening, and how long it took. */
async function run(trials: TrialContext): Promise<{ report: HealthReport; ms: number }> {
  const { host, unit } = trials
  await resetFailed(host, unit)
  const since = Date.now()
  const began = performance.now()
  await queue(host, 'restart', unit)
  const input = { ...healthCheckInput(trials, ANY_START, since), startLimitMs: RUN_LIMIT_MS }
  const report = await checkHealth(input)
  return { report, ms: Math.round(performance.now() - began) }
}

interface FirstRuns {
  /** The exercises changed something that it can work on. */
  given: boolean
  lines: string[]
  /** After the first run. */
  left: string[]
  /** Of these, what a second run left as it was. */
  lasting: string[]
  ms: number
  again: string | undefined
}

/** Plays the exercises before the first run; false when they changed nothing, or there are none. */
async function gaveWork(trials: TrialContext): Promise<boolean> {
  if (!isExercised(trials.baseline)) return false
  const before = await trials.left?.()
  await giveWork(trials.host, trials.baseline)
  return !isDeepStrictEqual(before, await trials.left?.())
}

/** Runs it in a fresh clone, and again as after a boot. */
async function playTwice(
  context: WalkBeginning,
  facts: Facts,
  baseline: Baseline,
  companions: readonly string[],
): Promise<FirstRuns | Unlike> {
  const boot = () => bootForTrials(context, facts, baseline, companions)
  const booted = await context.timings.during('boot of clones', boot)
  if ('verdict' in booted) return booted.verdict
  const { clone, trials, volatile } = booted
  try {
    const given = await gaveWork(trials)
    const first = await run(trials)
    if (!first.report.healthy) {
      const executables = facts.executables.map(({ path }) => path)
      const input = { unit: trials.unit, baseline, executables }
      return await whyUnlike(context.live, clone.host, input, first.report)
    }
    const left = [...(first.report.left ?? [])]
    await asAfterBoot(clone.host, trials.unit, volatile)
    await giveWork(clone.host, trials.baseline)
    const second = await run(trials)
    const after = new Set(second.report.left)
    return {
      given,
      lines: [...new Set([...(first.report.lines ?? []), ...(second.report.lines ?? [])])],
      left,
      lasting: left.filter((mark) => after.has(mark)),
      ms: Math.max(first.ms, second.ms),
      again: second.report.healthy ? undefined : second.report.reasons[0]?.text,
    }
  } finally {
    await clone.dispose()
  }
}

function notesOf({ left, again }: FirstRuns, other: FirstRuns): string[] {
  const there = new Set(other.left)
  const unlike = left.filter((mark) => !there.has(mark)).map((mark) => mark.split('\t').at(-1))
  return [
    ...(unlike.length === 0
      ? []
      : [
          `Two runs without hardening did not leave the same behind, so this is not compared: ${unlike.slice(0, MAX_TOLD).join(', ')}${unlike.length > MAX_TOLD ? ` and ${unlike.length - MAX_TOLD} more` : ''}.`,
        ]),
    ...(again === undefined
      ? []
      : [`No trial runs it a second time, since that fails without hardening too: ${again}.`]),
  ]
}

/**
 * Runs a oneshot without hardening in two clones: what both runs did alike is what each trial is held to. A oneshot that
 * fails there proves nothing.
 */
export async function oneshotControl(
  context: WalkBeginning,
  facts: Facts,
  baseline: Baseline,
  companions: readonly string[],
): Promise<ControlVerdict> {
  const first = await playTwice(context, facts, baseline, companions)
  if (!('left' in first)) return first
  const second = await playTwice(context, facts, baseline, companions)
  if (!('left' in second)) return second
  const both = new Set(second.lasting)
  const oneshot = {
    user: baseline.oneshot?.user ?? '',
    lines: [...new Set([...first.lines, ...second.lines])],
    left: first.lasting.filter((mark) => both.has(mark)),
  }
  const again = first.again ?? second.again
  const idle = isExercised(baseline) && !first.given
  const notes = [...(idle ? [IDLE] : []), ...notesOf({ ...first, again }, second)]
  const answers = idle ? baseline.answers.filter(({ check }) => !isExercise(check)) : baseline.answers
  const control: Control = {
    reload: false,
    restart: again === undefined ? 'boot' : 'none',
    stopMs: 0,
    full: [],
    notes,
  }
  return {
    same: true,
    control,
    baseline: { ...baseline, answers, startMs: Math.max(first.ms, second.ms), oneshot },
  }
}
