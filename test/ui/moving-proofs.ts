import type { Proof, Row } from '../../src/session/walk/rows.ts'
import type { StagePhase } from '../../src/session/walk/state.ts'
import type { FakeSession } from './fake-session.ts'

/** What clones say in the end of a row that does not hold; all others are proven. */
const EXCEPTIONS: Record<string, Proof> = {
  'row-PrivateDevices': { state: 'breaks', reason: 'exit status 226 at the start' },
  'row-ProcSubset': { state: 'unprovable', reason: 'a clone shows no processes of the host' },
}

/** Nothing was proven yet: the ticked rows together are first. */
export function unproven(phase: StagePhase): StagePhase {
  const rows = phase.rows.map((row): Row => (row.unavailable ? row : { ...row, proof: { state: 'waiting' } }))
  return { ...phase, rows, set: { state: 'waiting' }, proving: true }
}

/** One step on: first the set is proven, then one row after the other. */
export function nextProof(phase: StagePhase): StagePhase {
  if (phase.set.state === 'waiting') return { ...phase, set: { state: 'proving' } }
  if (phase.set.state === 'proving') return startRow({ ...phase, set: { state: 'proven' } })
  return startRow({
    ...phase,
    rows: phase.rows.map((row) =>
      row.proof.state === 'proving' ? { ...row, proof: EXCEPTIONS[row.id] ?? { state: 'proven' } } : row,
    ),
  })
}

function startRow(phase: StagePhase): StagePhase {
  const next = phase.rows.find((row) => row.proof.state === 'waiting')
  return {
    ...phase,
    proving: next !== undefined,
    rows: phase.rows.map((row) => (row === next ? { ...row, proof: { state: 'proving' } } : row)),
  }
}

/** Moves the proofs of the stage on the screen until they are settled or another screen is shown. */
export function moveProofs(session: FakeSession, pace: number): void {
  const move = () => {
    const { phase } = session.state()
    if (phase.at !== 'stage' || !phase.proving) return clearInterval(timer)
    session.show(nextProof(phase))
  }
  const timer = setInterval(move, pace)
}
