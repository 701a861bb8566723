import type { Remedy } from '../../catalog/common/remedy.ts'
import type { Change } from '../../trial/transaction/trial.ts'

/** What a clone said of one change; `holds: undefined` when no clone could tell. */
export type Verdict =
  | {
      holds: true
      /** What the service says was refused to it meanwhile, numbers left out. */
      refused: readonly string[]
      of: ProofJob['of']
      change: Change
    }
  | {
      holds: false
      reason: string
      /** The few journal lines that matter. */
      journal: string[]
      remedies: readonly Remedy[]
      /** What was done in the clone afterwards. */
      undone: string[]
    }
  | { holds: undefined; why: string }

/** Everything that clones said so far, by the change itself: ticking back and forth asks nothing twice. */
export interface Proofs {
  verdicts: ReadonlyMap<string, Verdict>
  running: ReadonlySet<string>
  /** Why nothing at all can be proven. */
  unprovable?: string
}

export const NO_PROOFS: Proofs = { verdicts: new Map(), running: new Set() }

export interface ProofJob {
  /**
   * For what it is asked. rung: a tighter value. given: a value with something given back. control: nothing is changed,
   * in a fresh clone.
   */
  of: 'set' | 'part' | 'row' | 'rung' | 'given' | 'control'
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

/** Nothing is changed: what fails then is not the doing of any row. */
const NOTHING: Change = { assignments: [], ownership: [] }

export const CONTROL: ProofJob = jobFor('control', NOTHING)

/** What is known with one more answer. A clone in which not even the unhardened service passes proves nothing. */
export function withAnswer(proofs: Proofs, job: ProofJob, verdict: Verdict): Proofs {
  const verdicts = new Map([...proofs.verdicts, [job.key, verdict] as const])
  if (job.of !== 'control' || verdict.holds !== false) return { ...proofs, verdicts }
  const unprovable = `unhardened it fails in a clone by now too, so nothing is blamed for it: ${verdict.reason}`
  return { ...proofs, verdicts, unprovable }
}
