import type { Host } from '../../host/host.ts'
import type { Facts } from '../../observe/facts.ts'
import type { Learned } from '../../observe/trace/learned.ts'
import type { VolatileListing } from '../../rehearsal/compare/volatile.ts'
import type { LearnPhase } from '../../rehearsal/follow/learn.ts'
import { lifecycleOf } from '../../rehearsal/follow/lifecycle.ts'
import { privilegedPrograms } from '../../rehearsal/follow/traced-programs.ts'
import { traceRefusals } from '../../rehearsal/follow/traced-refusals.ts'
import { activeSockets } from '../../systemd/manager/control.ts'
import { completeRemedies } from '../../trial/diagnosis/complete-remedies.ts'
import type { Diagnosis } from '../../trial/diagnosis/diagnosis.ts'
import { refusedCalls, waitingText } from '../../trial/diagnosis/refused-calls.ts'
import { accountsOf } from '../../trial/transaction/new-account.ts'
import { planOwnership, recordOwnership } from '../../trial/transaction/ownership.ts'
import type { Change, TrialContext } from '../../trial/transaction/trial.ts'
import { asAfterBoot, type Control } from './control.ts'

export interface TracedFailure {
  trials: TrialContext
  /** The host of which the trial's is a clone. */
  live: Host
  facts: Facts
  volatile: VolatileListing
  control: Control
  change: Change
  /** Its start did not come to an end: then it tells what it waits in. */
  hangs: boolean
  /** What following the service without the trial told. */
  before: Pick<Learned, 'failed' | 'files'>
}

/**
 * Start, requests, reload and stop, as far as the trial played them; the start is as after a boot. A trial does not
 * include rotation.
 */
async function phasesOf({ trials, facts, volatile, control }: TracedFailure): Promise<LearnPhase[]> {
  const { host, baseline, signal } = trials
  const sockets = await activeSockets(host, facts.unit.id)
  const life = lifecycleOf(host, { facts, baseline, sockets, borne: control, ...(signal ? { signal } : {}) })
  return life
    .filter(({ name }) => name !== 'rotate')
    .map(({ name, play }) => ({
      name,
      play: async () => {
        if (name === 'start' && control.restart === 'boot') await asAfterBoot(host, facts.unit.id, volatile)
        await play()
      },
    }))
}

/**
 * The diagnosis with the kernel's refusals: repeats the broken trial in the clone under strace. Do not use the clone
 * afterwards. Returns the same diagnosis if nothing could be traced.
 */
export async function withRefusedCalls(failure: TracedFailure, diagnosis: Diagnosis): Promise<Diagnosis> {
  const { trials, live, facts, change, before } = failure
  const { host, signal } = trials
  const records = await recordOwnership(host, change.ownership, change.assignments)
  // The trial that broke has made it in this clone.
  const accounts = [...trials.accounts, ...accountsOf(change.account)]
  const found = await traceRefusals(
    { host },
    {
      unit: facts.unit,
      architecture: facts.architecture,
      phases: await phasesOf(failure),
      assignments: change.assignments,
      ownership: await planOwnership(host, change.ownership, records, accounts),
      before,
      ...(signal ? { signal } : {}),
    },
  )
  if ('why' in found) return diagnosis
  const privileged = (await privilegedPrograms(host, before)).map(({ detail }) => detail)
  const { remedies, lines } = refusedCalls(found.failed, change.assignments, privileged)
  const waits = failure.hangs ? waitingText(found.waiting) : undefined
  const more = [lines[0], waits].filter((one) => one !== undefined)
  if (more.length === 0) return diagnosis
  return {
    reason: [diagnosis.reason, ...more].join('; '),
    journal: [...diagnosis.journal, ...lines.map((line) => `strace: ${line}`)],
    remedies: [...(await completeRemedies(host, remedies, live)), ...diagnosis.remedies],
  }
}
