import type { Baseline } from '../../trial/health/baseline.ts'
import { unwritable } from '../../trial/transaction/preconditions.ts'
import { endStandBy } from '../../trial/transaction/stand-by.ts'
import type { CommandEnd } from '../exit-code.ts'
import { baselinePhase } from './baseline-phase.ts'
import type { WalkBeginning, WalkContext } from './context.ts'
import { askAboutDragged } from './dragged.ts'
import { finish, takeBackLate } from './last-check.ts'
import { offerToSave } from './offer-to-save.ts'
import { Refusal } from './refusal.ts'
import { beginAnew, refuseEdited, resume } from './resume.ts'
import { checkedAtLast, readied, walkStages } from './walk-stages.ts'

/** What is done with a unit once it is found fit and locked. `end`: nothing was to be kept, and how that ended. */
export type Procedure = (
  beginning: WalkBeginning,
) => Promise<'healthy' | 'unhealthy' | { readonly end: CommandEnd }>

/** Found out before minutes of clones, and before a service is restarted for a change that can't be kept. */
async function requireWritable({ host }: WalkBeginning): Promise<void> {
  const why = await unwritable(host)
  if (why !== undefined) throw new Refusal(why, 'Nothing was changed.')
}

/** A service that was stopped at the last walk runs now, and this walk undoes what it does. */
async function endOldStandBy({ host, subject }: WalkBeginning): Promise<void> {
  if (!subject.oneshot && !subject.stopped) await endStandBy(host, subject.unit)
}

/** Ends what an earlier hardenctl left unfinished. Throws Refusal where nothing could be kept. */
export async function makeReady(beginning: WalkBeginning): Promise<void> {
  await requireWritable(beginning)
  await endOldStandBy(beginning)
  await resume(beginning)
  await beginAnew(beginning)
  await refuseEdited(beginning)
}

/** Brings stages to the live service by `bring`, and leaves one that runs, even to a person who leaves early. */
export function bringLive<Came>(
  context: WalkContext,
  baseline: Baseline,
  bring: Promise<Came>,
): Promise<Came> {
  return bring.catch(async (error) => {
    await takeBackLate(context, baseline)
    throw error
  })
}

/** Hardens the unit stage by stage, or in one restart. */
export const harden: Procedure = async (beginning) => {
  await makeReady(beginning)
  await askAboutDragged(beginning)
  const found = await baselinePhase(beginning)
  const { context, baseline } = await readied(beginning, found)
  const restarts = await bringLive(context, baseline, walkStages(context, baseline, found.restarts))
  const checked = await checkedAtLast(context, baseline, restarts)
  const saved = checked.healthy ? await offerToSave(context, found.given) : []
  await finish(context, baseline, { ...checked, notes: [...checked.notes, ...saved] })
  return checked.healthy ? 'healthy' : 'unhealthy'
}
