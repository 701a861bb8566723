import { reasonOf } from '../../host/errors.ts'
import type { Clone } from '../../rehearsal/boot/clone.ts'
import { cloneProblem } from '../../rehearsal/boot/clone-problem.ts'
import { bootProven } from '../../rehearsal/boot/proven-clone.ts'
import { shortName } from '../../systemd/manager/unit-name.ts'
import type { Baseline } from '../../trial/health/baseline.ts'
import type { WalkBeginning } from './context.ts'
import { Refusal } from './refusal.ts'

/** Nothing is known yet of how it answers: it must only stay up. */
const UP: Baseline = { listeners: [], answers: [], startMs: 0, restless: true }

/** Without a clone nothing shows what a stopped service needs. */
export function unstartable(unit: string, why: string): Refusal {
  return new Refusal(
    `${unit} is stopped, and no clone of this host can start it: ${why}`,
    `Nothing was changed. systemctl start ${shortName(unit)}, then try again.`,
  )
}

/** A clone in which a service that is stopped on the live host runs. Throws Refusal where there is none. */
export async function startedInClone({
  live,
  subject: { unit },
  options,
  signal,
  dispatch,
  timings,
}: WalkBeginning): Promise<Clone> {
  if (options.learnLive !== undefined)
    throw new Refusal(
      `${unit} is stopped: it has no live traffic to learn from`,
      `Nothing was changed. Leave --learn-live out, or start it first: systemctl start ${shortName(unit)}.`,
    )
  dispatch({
    type: 'phase',
    phase: { at: 'looking', what: 'Starting the stopped service in a clone of this host' },
  })
  const why = options.rehearse ? await cloneProblem(live) : '--no-rehearsal asks for none'
  if (why !== undefined) throw unstartable(unit, why)
  const input = { unit, baseline: UP, executables: [], signal }
  const booted = await timings
    .during('boot of clones', () => bootProven(live, { unit, signal }, input))
    .catch((error) => {
      signal.throwIfAborted()
      throw unstartable(unit, reasonOf(error))
    })
  if ('verdict' in booted) throw unstartable(unit, booted.verdict.missing)
  return booted.clone
}
