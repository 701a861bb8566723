import { orElse } from '../../host/errors.ts'
import { type Basis, readBasis } from '../../observe/basis.ts'
import { runningPrograms } from '../../observe/files/packages.ts'
import { Survival } from '../../trial/health/survival.ts'
import type { CommandEnd } from '../exit-code.ts'
import { controlOf } from '../proof/control.ts'
import { baselinePhase } from '../walk/baseline-phase.ts'
import type { WalkBeginning } from '../walk/context.ts'
import { lookLive } from '../walk/look-live.ts'
import type { Procedure } from '../walk/procedure.ts'
import { Refusal } from '../walk/refusal.ts'
import { rehearseAll } from '../walk/rehearse-all.ts'
import { refuseEdited, refuseUnfinished } from '../walk/resume.ts'
import { readied } from '../walk/walk-stages.ts'
import { planOf } from './make-plan.ts'
import type { Plan } from './schema.ts'

const UNTOUCHED = 'The live service was not restarted, and no file of its unit changed: checked at the end.'
const RESTARTED = 'The live service was restarted meanwhile, and not for a trial: journalctl -u says more.'

/** How the stages of a plan begin; by what the catalog proposes where it is absent. */
type Begin = NonNullable<WalkBeginning['begin']>

/**
 * Does all that a walk does in clones, stops before the live service, and hands over the plan. Nothing is stored. `deliver`
 * says how the command ends.
 */
export function planProcedure(deliver: (plan: Plan) => Promise<CommandEnd>, begin?: Begin): Procedure {
  return async (beginning) => {
    await refuseUnfinished(beginning)
    await refuseEdited(beginning)
    const { live, subject, store, dispatch } = beginning
    const before = await basisOf(beginning)
    const survival = await Survival.watch(live, subject.unit)
    const given = begin === undefined ? {} : { begin }
    const inMemory = { ...beginning, ...given, store: store.inMemory() }
    const { context, baseline } = await readied(inMemory, await baselinePhase(inMemory))
    const { rehearsing } = context
    const rehearsed =
      rehearsing?.possible === false ? { why: rehearsing.why } : await rehearseAll(context, baseline)
    if ('why' in rehearsed)
      throw new Refusal(`no clone of this host can be made: ${rehearsed.why}`, 'A plan is proven in clones.')
    await requireSameUnit(beginning, before)
    const facts = await lookLive(context)
    const control = controlOf(rehearsing)
    const plan = planOf({
      unit: subject.unit,
      description: subject.description,
      basis: await basisOf(beginning, runningPrograms(facts)),
      architecture: facts.architecture,
      hostname: await hostname(beginning),
      at: new Date(),
      options: context.options,
      before: rehearsed.ends[0]?.result.before ?? store.state.stock,
      ends: rehearsed.ends,
      answers: baseline.answers,
      reached: context.reachLog.reached(baseline, control.full),
      kept: store.state.kept,
      notes: [...control.notes, ...rehearsed.differs],
    })
    const notes = [(await survival.holds()) ? UNTOUCHED : RESTARTED]
    dispatch({ type: 'phase', phase: { at: 'looking', what: 'Writing down what came of it', notes } })
    return { end: await deliver(plan) }
  }
}

async function hostname({ live }: WalkBeginning): Promise<string> {
  const result = await live.run(['uname', '-n']).catch(orElse(undefined))
  return (result?.stdout ?? '').trim()
}

function basisOf({ live, subject }: WalkBeginning, programs: readonly string[] = []): Promise<Basis> {
  return readBasis(live, subject.unit, programs)
}

/** A plan of a unit that was edited meanwhile is of neither. */
async function requireSameUnit(beginning: WalkBeginning, before: Basis): Promise<void> {
  const now = await basisOf(beginning)
  if (now.unitFiles === before.unitFiles) return
  throw new Refusal(
    `somebody edited the files of ${beginning.subject.unit} while it was planned`,
    'Nothing was changed. Make the plan again.',
  )
}
