import type { Remedy } from '../../catalog/common/remedy.ts'
import type { Directive } from '../../catalog/common/types.ts'
import type { Assignment } from '../../systemd/settings/assignment.ts'
import type { FailureEvidence } from './failure-evidence.ts'
import { lines } from './symptoms.ts'

/** How the main process ended: a waitid(2) code, 1 for an exit, and the exit status or the signal. */
export interface ProcessEnd {
  code: number
  status: number
}

/** Directives that the trial set: only these can have caused anything. */
export function directivesSet(
  catalog: readonly Directive[],
  assignments: readonly Assignment[],
): Directive[] {
  const keys = new Set(assignments.map(({ key }) => key))
  return catalog.filter(({ key }) => keys.has(key))
}

/** Remedies for a service that was refused an act of this kind. */
export function forbidding(set: readonly Directive[], kind: string): Remedy[] {
  return set.filter(({ forbids }) => forbids === kind).map(({ key }) => ({ kind: 'drop', key }))
}

/** Remedies for a service that misses the file at this path. */
export function hiding(set: readonly Directive[], path: string): Remedy[] {
  return set.flatMap(({ key, hides }) => (hides?.paths.test(path) ? [{ kind: hides.remedy, key }] : []))
}

/** Remedies from log lines and signals that point at one directive. */
export function bySigns(set: readonly Directive[], evidence: FailureEvidence): Remedy[] {
  const { last } = evidence
  const signal = last === undefined || last.exitCode === 1 ? 0 : last.exitStatus
  return set
    .filter(({ failsWith: { says, signals = [] } = {} }) => {
      return signals.includes(signal) || (says !== undefined && lines(evidence, says).length > 0)
    })
    .map(({ key }) => ({ kind: 'drop', key }))
}

/** Remedies from the exit status that tells what systemd could not do before the program ran. */
export function byExit(set: readonly Directive[], end: ProcessEnd | undefined): Remedy[] {
  if (end?.code !== 1) return []
  return set
    .filter(({ failsWith }) => failsWith?.exits?.includes(end.status))
    .map(({ key }) => ({ kind: 'drop', key }))
}
