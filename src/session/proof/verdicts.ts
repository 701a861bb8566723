import type { Remedy } from '../../catalog/common/remedy.ts'
import type { Change } from '../../trial/transaction/trial.ts'

/** The verdict of a clone on one change; `holds: undefined` if no clone could tell. */
export type Verdict =
  | {
      holds: true
      /** Refusals that the service logged meanwhile, without numbers. */
      refused: readonly string[]
      /** What else is other than unhardened, though nothing breaks; a sentence each. */
      oddities?: readonly string[]
      of: ProofJob['of']
      change: Change
    }
  | {
      holds: false
      of?: ProofJob['of']
      reason: string
      /** The few journal lines that matter. */
      journal: string[]
      remedies: readonly Remedy[]
      /** What was done in the clone afterwards. */
      undone: string[]
    }
  | { holds: undefined; why: string }

/** All verdicts of clones so far, by change: ticking back and forth repeats no job. */
export interface Proofs {
  verdicts: ReadonlyMap<string, Verdict>
  running: ReadonlySet<string>
  /** Why nothing at all can be proven. */
  unprovable?: string
  /** Refusals that the service logs without the stage. */
  known?: readonly string[]
  /** Nobody sees the rows that are not ticked: they are tried only if a proof would tick them. */
  isUnseen?: boolean
}

export const NO_PROOFS: Proofs = { verdicts: new Map(), running: new Set() }

export interface ProofJob {
  /**
   * For what it is asked. rung: a tighter value. tightest: the set with all tighter values. given: a value with
   * something given back. whole: all stages of a walk. control: nothing is changed, in a fresh clone.
   */
  of: 'set' | 'part' | 'row' | 'rung' | 'tightest' | 'given' | 'whole' | 'control'
  key: string
  change: Change
}

export function changeKey({ assignments, ownership }: Change): string {
  const lines = assignments.map(({ section, key, value }) => `${section} ${key}=${value}`)
  const files = ownership.map(({ path, user, group = '', mode = '' }) => `${path} ${user} ${group} ${mode}`)
  return [...lines, '', ...files].join('\n')
}

export function jobFor(of: ProofJob['of'], change: Change): ProofJob {
  return { of, key: changeKey(change), change }
}

export function verdictOf(proofs: Proofs, change: Change): Verdict | undefined {
  return proofs.verdicts.get(changeKey(change))
}

/** Nothing is changed: no row causes a failure here. */
export const NOTHING: Change = { assignments: [], ownership: [] }

/** What the service logged as refused under a change that held. */
export function refusedUnder(verdict: Verdict | undefined): readonly string[] {
  return verdict?.holds === true ? verdict.refused : []
}

export const CONTROL: ProofJob = jobFor('control', NOTHING)

/** The verdicts with one more answer. A clone where even the unhardened service fails proves nothing. */
export function withAnswer(proofs: Proofs, job: ProofJob, verdict: Verdict): Proofs {
  const verdicts = new Map([...proofs.verdicts, [job.key, verdict] as const])
  if (job.of !== 'control' || verdict.holds !== false) return { ...proofs, verdicts }
  const unprovable = `unhardened it fails in a clone by now too, so nothing is blamed for it: ${verdict.reason}`
  return { ...proofs, verdicts, unprovable }
}
