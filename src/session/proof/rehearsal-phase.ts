import { Bug, reasonOf } from '../../host/errors.ts'
import type { Facts } from '../../observe/facts.ts'
import { cloneProblem } from '../../rehearsal/boot/clone-problem.ts'
import { unlikeHost } from '../../rehearsal/compare/unlike-host.ts'
import { type Baseline, waitsForStart } from '../../trial/health/baseline.ts'
import type { Rehearsing, WalkBeginning } from '../walk/context.ts'
import { lookLive } from '../walk/look-live.ts'
import { Refusal } from '../walk/refusal.ts'
import { bootForTrials, unlikeLive } from './clone-pool.ts'
import { type ControlVerdict, playControl } from './control.ts'
import { oneshotControl } from './oneshot-control.ts'

async function askClone(
  context: WalkBeginning,
  facts: Facts,
  baseline: Baseline,
  companions: readonly string[],
): Promise<ControlVerdict> {
  try {
    if (baseline.oneshot !== undefined)
      return await context.timings.during('control', () =>
        oneshotControl(context, facts, baseline, companions),
      )
    const boot = () => bootForTrials(context, facts, baseline, companions)
    const booted = await context.timings.during('boot of clones', boot)
    if ('verdict' in booted) return booted.verdict
    const { clone } = booted
    try {
      const notes = [...unlikeHost(facts), ...clone.notes]
      const what = 'Playing each trial on the unhardened service in a clone'
      context.dispatch({ type: 'phase', phase: { at: 'looking', what, notes } })
      const play = () => playControl(booted, facts)
      const control = await context.timings.during('control', play)
      if ('why' in control) return { same: undefined, ...control }
      return { same: true, control, baseline: booted.trials.baseline }
    } finally {
      await clone.dispose()
    }
  } catch (error) {
    context.signal.throwIfAborted()
    // A clone is undone by being removed: the bug alone concerns the person.
    if (error instanceof Bug) throw error.cause
    return { same: undefined, why: reasonOf(error) }
  }
}

/** Whether the units that the service talks to may be started in each clone. */
async function askAboutCompanions(
  { ask, subject }: WalkBeginning,
  missing: string,
  units: readonly string[],
): Promise<boolean> {
  const text = [
    `In a clone of this host ${subject.unit} does not answer as it does here: ${missing}.`,
    `It may need ${units.join(', ')} in the clone too. The live ${units.length === 1 ? 'unit is' : 'units are'} not touched.`,
  ]
  const [yes, no] = [
    `Start ${units.length === 1 ? 'it' : 'them'} in the clones`,
    'No rehearsal, live trials only',
  ]
  return (await ask({ at: 'question', id: 'companions', text, yes, no }, ['answer']))?.yes === true
}

/** The person may know why a restart fails in a clone and not here; nobody else goes on to restart the live service. */
async function requireConsent({ ask, subject }: WalkBeginning, why: string): Promise<void> {
  const text = [
    `In a clone of this host ${why}.`,
    `Each trial restarts ${subject.unit}: here it may be lost the same way, without any hardening.`,
  ]
  const [yes, no] = ['Go on, and restart it live', 'Leave']
  const answer = await ask({ at: 'question', id: 'restart-breaks', text, yes, no }, ['answer'])
  if (answer?.yes === true) return
  throw new Refusal(
    `in a clone of this host ${why}`,
    `Nothing was changed. Once systemctl restart ${subject.unit} works, walk it again; --no-rehearsal asks no clone.`,
  )
}

/** What is known of clones, and the baseline with what they showed of it. */
interface Rehearsed {
  rehearsing: Rehearsing | undefined
  baseline: Baseline
}

/**
 * Proves that the unhardened service answers in a clone as it does live: only then does a clone prove anything. If not,
 * gives the reason in one line, and the walk continues with live trials.
 */
export async function rehearsalPhase(context: WalkBeginning, baseline: Baseline): Promise<Rehearsed> {
  const { live, options, dispatch, timings } = context
  if (!options.rehearse) return { rehearsing: undefined, baseline }
  const waits = waitsForStart(baseline)
  const impossible = (why: string) => {
    const notes = waits
      ? []
      : [`No clone can prove anything: ${why}. Each stage is tried on the live service alone.`]
    dispatch({ type: 'phase', phase: { at: 'looking', what: 'Going on without clones', notes } })
    return { rehearsing: { possible: false as const, why }, baseline }
  }
  const what = 'Booting a clone of this host to see whether the service answers in it as here'
  dispatch({ type: 'phase', phase: { at: 'looking', what } })
  const problem = await cloneProblem(live)
  if (problem !== undefined) return impossible(problem)
  const facts = await timings.during('look', () => lookLive(context))
  const companions: string[] = []
  for (;;) {
    const verdict = await askClone(context, facts, baseline, companions)
    if (verdict.same === true)
      return {
        rehearsing: { possible: true, companions, control: verdict.control },
        baseline: verdict.baseline,
      }
    if (verdict.same === undefined) {
      if (verdict.isLost === true && !waits) await requireConsent(context, verdict.why)
      return impossible(verdict.why)
    }
    const more = verdict.startable.filter((unit) => !companions.includes(unit))
    if (more.length === 0 || !(await askAboutCompanions(context, verdict.missing, more)))
      return impossible(unlikeLive(verdict))
    companions.push(...more)
    dispatch({ type: 'phase', phase: { at: 'looking', what } })
  }
}
