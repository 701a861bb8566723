import { Bug, reasonOf } from '../../host/errors.ts'
import type { Facts } from '../../observe/facts.ts'
import { observe } from '../../observe/observe.ts'
import { cloneProblem } from '../../rehearsal/boot/clone-problem.ts'
import { type BaselineVerdict, bootProven } from '../../rehearsal/boot/proven-clone.ts'
import type { Baseline } from '../../trial/health/baseline.ts'
import { trialContext } from '../stage/trial-context.ts'
import type { Rehearsing, WalkBeginning } from '../walk/context.ts'
import { type Control, playControl } from './control.ts'

type Verdict =
  | { same: true; control: Control }
  | Extract<BaselineVerdict, { same: false }>
  | { same: undefined; why: string }

async function askClone(
  context: WalkBeginning,
  facts: Facts,
  baseline: Baseline,
  companions: readonly string[],
): Promise<Verdict> {
  const { live, subject, signal } = context
  const { unit } = subject
  const executables = facts.executables.map(({ path }) => path)
  try {
    const proven = await bootProven(
      live,
      { unit, companions, signal },
      { unit, baseline, executables, signal },
    )
    if (!('clone' in proven)) return proven.verdict
    const { clone, volatile } = proven
    try {
      const trials = {
        ...trialContext(context, facts, baseline),
        host: clone.host,
        remember: async () => undefined,
        tell: () => undefined,
      }
      const control = await playControl(trials, volatile, facts.unit.canReload)
      return 'why' in control ? { same: undefined, why: control.why } : { same: true, control }
    } finally {
      await clone.dispose()
    }
  } catch (error) {
    signal.throwIfAborted()
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

/**
 * Proves that the unhardened service answers in a clone as it does live: only then does a clone prove anything. If not,
 * gives the reason in one line, and the walk continues with live trials.
 */
export async function rehearsalPhase(
  context: WalkBeginning,
  baseline: Baseline,
): Promise<Rehearsing | undefined> {
  const { live, options, dispatch, subject } = context
  if (!options.rehearse) return undefined
  const what = 'Booting a clone of this host to see whether the service answers in it as here'
  dispatch({ type: 'phase', phase: { at: 'looking', what } })
  const problem = await cloneProblem(live)
  if (problem !== undefined) return { possible: false, why: problem }
  const facts = await observe(live, subject.unit)
  const companions: string[] = []
  for (;;) {
    const verdict = await askClone(context, facts, baseline, companions)
    if (verdict.same === true) return { possible: true, companions, control: verdict.control }
    if (verdict.same === undefined) return { possible: false, why: verdict.why }
    const more = verdict.startable.filter((unit) => !companions.includes(unit))
    const why = `the service does not answer in a clone as it does live: ${verdict.missing}`
    if (more.length === 0) return { possible: false, why }
    if (!(await askAboutCompanions(context, verdict.missing, more))) return { possible: false, why }
    companions.push(...more)
    dispatch({ type: 'phase', phase: { at: 'looking', what } })
  }
}
