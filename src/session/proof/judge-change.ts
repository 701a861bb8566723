import type { StageOrAll } from '../../catalog/common/types.ts'
import type { Facts } from '../../observe/facts.ts'
import type { Diagnosis } from '../../trial/diagnosis/diagnosis.ts'
import type { Passed } from '../../trial/transaction/trial.ts'
import { diagnosisOf } from '../stage/failure.ts'
import type { PreparedClone } from './clone-pool.ts'
import { helps } from './loosen.ts'
import { type TracedFailure, withRefusedCalls } from './traced-failure.ts'
import type { ProofJob, Verdict } from './verdicts.ts'
import { type Steps, tryWhole } from './whole-trial.ts'

/** Only the set that Enter waits for, and the value that decides about a row, are worth a repeat under strace. */
function wantsTrace({ of, change }: ProofJob, { remedies }: Diagnosis): boolean {
  return (of === 'set' || of === 'row') && !remedies.some((one) => helps(change.assignments, one))
}

export interface Told {
  verdict: Verdict
  isUnsure: boolean
  /** If it held. */
  passed?: Passed
  /** The clone was used up by finding out why it broke. */
  isTraced: boolean
}

/** What a clone is asked about. */
export interface Question {
  facts: Facts
  before: TracedFailure['before'] | undefined
  stage: StageOrAll
  job: ProofJob
}

/** Plays these steps in a clone, and finds out why they broke. */
export async function judgeChange(prepared: PreparedClone, question: Question, steps: Steps): Promise<Told> {
  const { trials, live, volatile, control } = prepared
  const { facts, stage, job } = question
  const { of, change } = job
  const tried = await tryWhole(prepared, steps, stage, change)
  if (tried.healthy) {
    const { stands, looked } = tried
    const { refused } = looked
    const oddities = looked.oddities.map(({ text }) => text)
    const verdict = { holds: true, refused, oddities, of, change } as const
    return { verdict, isUnsure: false, isTraced: false, ...(stands === undefined ? {} : { passed: stands }) }
  }
  const { failed, oddities } = tried
  const { lines: undone, proven } = failed.undone
  const plain = await diagnosisOf(trials.host, facts, failed, { appliedTo: live, oddities })
  const before = proven && wantsTrace(job, plain) ? question.before : undefined
  const hangs = failed.report?.last?.active === 'activating'
  const failure = { trials, live, facts, volatile, control, change, hangs }
  const told = before ? await withRefusedCalls({ ...failure, before }, plain) : plain
  const verdict = { holds: false, of, ...told, undone } as const
  return { verdict, isUnsure: !proven, isTraced: before !== undefined }
}

/** The verdict of two clones that have played a part of the steps each. */
export function together(one: Told, other: Told): Told {
  const { verdict } = one
  if (verdict.holds !== true || other.verdict.holds !== true) return verdict.holds === true ? other : one
  const refused = [...new Set([...verdict.refused, ...other.verdict.refused])]
  const oddities = [...new Set([...(verdict.oddities ?? []), ...(other.verdict.oddities ?? [])])]
  return { ...one, verdict: { ...verdict, refused, oddities } }
}
