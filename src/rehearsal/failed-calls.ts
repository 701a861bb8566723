import { dirname } from 'node:path/posix'
import type { Host } from '../host/host.ts'
import type { FailedCall, Learned } from '../observe/learned.ts'
import { newFailures } from '../observe/learned-facts.ts'
import type { Assignment } from '../systemd/assignment.ts'
import { daemonReload, queue } from '../systemd/control.ts'
import { renderDropIn } from '../systemd/drop-in.ts'
import { type LearnQuestion, learn, untilSettled } from './learn.ts'

export interface FailedCallsQuestion extends Omit<LearnQuestion, 'phases'> {
  /** The trial that broke. Nothing of it is lifted: the tracer stands outside of what it limits. */
  assignments: readonly Assignment[]
  /** What learning without the trial told; `{ failed: [], files: [] }` tells of everything that fails. */
  before: Pick<Learned, 'failed' | 'files'>
  startLimitMs: number
  /** Asked once the service is started, where it breaks only when it is used. */
  serve?(): Promise<void>
}

export type FailedCallsResult = { failed: FailedCall[]; cut: boolean } | { why: string }

function dropInPath(unit: string): string {
  return `/run/systemd/system/${unit}.d/zz-hardenctl-traced.conf`
}

/** Repeats in a clone the start of a service under a trial that broke, and tells which of its calls failed by the trial. */
export async function failedCalls(
  clone: { host: Host },
  question: FailedCallsQuestion,
): Promise<FailedCallsResult> {
  const { host } = clone
  const { unit, assignments, before, startLimitMs, serve } = question
  const path = dropInPath(unit.id)
  await host.makeDirectory(dirname(path), 0o755)
  await host.write(path, renderDropIn([], [{ comment: [], assignments }]), 0o644)
  await daemonReload(host)
  const start = async () => {
    await queue(host, 'start', unit.id)
    await untilSettled(host, unit.id, startLimitMs)
    await serve?.()
  }
  const removeTrial = async () => {
    await host.remove(path)
    await host.remove(dirname(path)).catch(() => false)
    await daemonReload(host)
  }
  try {
    const phases = [{ name: 'start', play: start }]
    const result = await learn(clone, { ...question, phases, beforeBack: removeTrial })
    if ('why' in result) return result
    return { failed: newFailures(before, result.learned.failed), cut: result.cut }
  } finally {
    await removeTrial()
  }
}
