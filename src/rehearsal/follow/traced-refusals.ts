import { dirname } from 'node:path/posix'
import { orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import type { FailedCall, Learned, WaitingCall } from '../../observe/trace/learned.ts'
import { newFailures } from '../../observe/trace/learned-facts.ts'
import { daemonReload } from '../../systemd/manager/control.ts'
import type { Assignment } from '../../systemd/settings/assignment.ts'
import { renderDropIn } from '../../systemd/settings/drop-in.ts'
import { handOver, type OwnershipChange } from '../../trial/transaction/ownership.ts'
import { type LearnInput, learn } from './learn.ts'

export interface TracedTrialInput extends LearnInput {
  /** The trial that broke, with all its limits: the tracer runs outside of them. */
  assignments: readonly Assignment[]
  /** Files that get another owner for it. They are not restored: the clone is not used again. */
  ownership: readonly OwnershipChange[]
  /** Facts learned without the trial; `{ failed: [], files: [] }` makes it report everything that fails. */
  before: Pick<Learned, 'failed' | 'files'>
}

export type TracedRefusals = { failed: FailedCall[]; waiting: WaitingCall[]; cut: boolean } | { why: string }

function dropInPath(unit: string): string {
  return `/run/systemd/system/${unit}.d/zz-hardenctl-traced.conf`
}

/**
 * Repeats the life of a service in a clone under a trial that broke, and tells which calls failed because of the trial.
 * Restores the settings afterwards, but not owners and modes.
 */
export async function traceRefusals(clone: { host: Host }, input: TracedTrialInput): Promise<TracedRefusals> {
  const { host } = clone
  const { unit, assignments, ownership, before } = input
  const path = dropInPath(unit.id)
  await handOver(host, ownership)
  await host.makeDirectory(dirname(path), 0o755)
  await host.write(path, renderDropIn([], [{ comment: [], assignments }]), 0o644)
  await daemonReload(host)
  const removeTrial = async () => {
    await host.remove(path)
    await host.remove(dirname(path)).catch(orElse(false))
    await daemonReload(host)
  }
  try {
    const result = await learn(clone, { ...input, beforeBack: removeTrial })
    if ('why' in result) return result
    const { failed, waiting } = result.learned
    return { failed: newFailures(before, failed), waiting, cut: result.cut }
  } finally {
    await removeTrial()
  }
}
