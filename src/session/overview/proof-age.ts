import { orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { changedSince, readBasis } from '../../observe/basis.ts'
import type { StoredState } from '../store/store.ts'

/** By what the kept stages of a unit were proven, and whether that is older than what it was made with. */
export interface ProofAge {
  /** A sentence. */
  proof: string
  /** What is another now, in clauses; undefined where it can't be told of every stage. */
  changed: string[] | undefined
}

function count(number: number, what: string): string {
  return `${number === 0 ? 'no' : number} ${what}${number === 1 ? '' : 's'}`
}

/** The weakest proof of the stages counts for all of them. Pure. */
export function proofWords(kept: StoredState['kept']): string {
  const proofs = kept.map(({ proof }) => proof)
  const known = proofs.filter((proof) => proof !== undefined)
  if (known.length < proofs.length) return 'Unknown by what it was proven: an older hardenctl kept it.'
  const clone = known.every((proof) => proof.clone) ? 'in a clone first, and live' : 'live'
  const checks = Math.min(...known.map((proof) => proof.checks))
  const exercises = Math.min(...known.map((proof) => proof.exercises))
  return `Proven ${clone} by a restart, ${count(checks, 'check')} and ${count(exercises, 'exercise')}.`
}

export async function proofAge(host: Host, { unit, kept }: StoredState): Promise<ProofAge> {
  const proof = proofWords(kept)
  const bases = kept.map(({ basis }) => basis)
  const known = bases.filter((basis) => basis !== undefined)
  if (known.length < bases.length || known.length === 0) return { proof, changed: undefined }
  const programs = [...new Set(known.flatMap((basis) => basis.programs))]
  const now = await readBasis(host, unit, programs).catch(orElse(undefined))
  if (now === undefined) return { proof, changed: undefined }
  return { proof, changed: [...new Set(known.flatMap((basis) => changedSince(basis, now)))] }
}

/** A sentence. */
export function ageWords({ changed }: ProofAge): string {
  if (changed === undefined) return 'Unknown whether the proof is older than what it was made with.'
  if (changed.length === 0)
    return 'Made with the systemd, kernel, libc, packages and unit files that are here now.'
  return `The proof is older than what it was made with: ${changed.join('; ')}.`
}
