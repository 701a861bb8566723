import { titleOf } from '../../catalog/common/types.ts'
import type { Host } from '../../host/host.ts'
import { observe } from '../../observe/observe.ts'
import { cloneProblem } from '../../rehearsal/boot/clone-problem.ts'
import { Refusal } from '../walk/refusal.ts'
import type { Rehearse } from './apply-procedure.ts'
import { openStages, requireSameUnit, requireSameVersions } from './fit.ts'
import { knownHere } from './known-here.ts'
import { plannedWork } from './planned-work.ts'
import { readHere } from './read-here.ts'
import type { Plan } from './schema.ts'

/** What apply would do here, in sentences. Throws Refusal where it would refuse. Reads alone. */
export async function dryRun(
  host: Host,
  given: Plan,
  { rehearse, once }: { rehearse: Rehearse; once: boolean },
): Promise<string[]> {
  const here = await readHere(host, given)
  if (here === undefined) throw new Refusal(`there is no unit ${given.unit}`, 'Nothing was changed.')
  const { plan } = knownHere(given, here)
  const stages = openStages(plan, here)
  if (stages.length === 0) return ['Everything of the plan is in force here: apply would change nothing.']
  requireSameUnit(plan, here)
  const problem = rehearse === 'never' ? '--no-rehearsal' : await cloneProblem(host)
  if (problem !== undefined) {
    if (rehearse === 'always')
      throw new Refusal(`no clone of this host can prove the plan: ${problem}`, 'Nothing was changed.')
    requireSameVersions(plan, here, problem)
  }
  const facts = await observe(host, plan.unit)
  // One that is at rest shows in clones alone what it does; later stages are held against it as the first leaves it.
  const isSeen = facts.processes.length > 0
  const rows = (isSeen ? stages.slice(0, 1) : []).flatMap((stage) => [
    ...plannedWork(plan, stage, facts).current,
  ])
  const warnings = rows.flatMap(([key, { caution }]) =>
    caution === undefined ? [] : [`Mind ${key}: ${caution}`],
  )
  const count = once ? 1 : stages.length
  const restarts = isSeen
    ? `${count} ${count === 1 ? 'restart' : 'restarts'}, and a last stop and start`
    : 'lines that wait for its next run: it is at rest, and is not started'
  return [
    problem === undefined
      ? 'apply would first prove all of it in a clone of this host.'
      : `apply would prove nothing in a clone: ${problem}.`,
    `Then it would apply ${stages.map(titleOf).join(', ')} to ${plan.unit}, by ${restarts}.`,
    ...warnings,
    ...(isSeen ? [] : ['What it does in clones decides whether its rows fit here.']),
    ...(stages.length > 1 ? ['Later stages are held against the service as it is by then.'] : []),
    'Nothing was changed.',
  ]
}
