import { isDeepStrictEqual } from 'node:util'
import type { StageOrAll } from '../../catalog/common/types.ts'
import type { Proof, Row, StepRow } from '../walk/rows.ts'
import type { Phase, Session, StagePhase, StageResult, WalkState } from '../walk/state.ts'
import type { Untimed } from './schema.ts'

function tenth(score: number): number {
  return score / 10
}

function subjectEvents(before: WalkState, { unit, description, systemd }: WalkState): Untimed[] {
  if (before.systemd === systemd) return []
  return [{ event: 'subject', unit, description, systemd }]
}

function stageEvent({ stage, rows, before, predicted }: StagePhase): Untimed {
  return {
    event: 'stage',
    stage,
    exposure: tenth(before),
    predicted: tenth(predicted),
    rows: rows.map(({ key, value, ticked, unavailable, evidence, caution }) => ({
      directive: key,
      value,
      ticked,
      unavailable: unavailable?.why ?? null,
      evidence,
      caution: caution ?? null,
    })),
  }
}

type Said = Pick<Extract<Untimed, { event: 'proof' }>, 'stage' | 'directive' | 'value'>

function proofEvents(said: Said, now: Proof, before: Proof | undefined): Untimed[] {
  if (isDeepStrictEqual(now, before)) return []
  switch (now.state) {
    case 'proven':
      return [{ event: 'proof', ...said, verdict: now.state, reason: now.oddity ?? null }]
    case 'breaks':
    case 'unprovable':
      return [{ event: 'proof', ...said, verdict: now.state, reason: now.reason }]
    default:
      return []
  }
}

function rowEvents(stage: StageOrAll, row: Row, before: readonly Row[]): Untimed[] {
  const old = before.find(({ id, value }) => id === row.id && value === row.value)
  return proofEvents({ stage, directive: row.key, value: row.value }, row.proof, old?.proof)
}

/** The verdicts that a phase shows. */
function proofsOf(phase: Phase): { stage: StageOrAll; rows: readonly Row[]; set: Proof } | undefined {
  if (phase.at === 'stage') return phase
  return phase.at === 'confirm' ? { stage: phase.stage, rows: [], set: phase.rehearsal } : undefined
}

/** Verdicts that were not there before; on the way to another screen none gets lost or is told twice. */
function verdictEvents(before: Phase, now: Phase): Untimed[] {
  const shown = proofsOf(now)
  if (shown === undefined) return []
  const old = proofsOf(before)
  const known = old?.stage === shown.stage ? old : undefined
  const all = { stage: shown.stage, directive: null, value: null }
  return [
    ...shown.rows.flatMap((row) => rowEvents(shown.stage, row, known?.rows ?? [])),
    ...proofEvents(all, shown.set, known?.set),
  ]
}

function stepsOf(phase: Phase): readonly StepRow[] {
  return phase.at === 'trial' ? phase.steps : []
}

function stepEvents(before: Phase, { phase, target }: WalkState): Untimed[] {
  if (phase.at !== 'trial') return []
  const known = stepsOf(before)
  return phase.steps
    .filter(({ state }) => state !== 'waiting')
    .filter((step) => !known.some((one) => one.id === step.id && one.state === step.state))
    .map(({ id, state, ms, detail }) => ({
      event: 'trial',
      stage: phase.stage,
      target,
      step: id,
      state: state as 'running' | 'done' | 'failed',
      ms: ms ?? null,
      detail: detail ?? null,
    }))
}

function resultEvent(result: StageResult): Untimed {
  const { stage, outcome, before, after, kept, leftOut = [], warnings = [], note } = result
  const scores = { before: tenth(before), after: tenth(after) }
  const left = { left_out: leftOut, warnings: [...warnings], note: note ?? null }
  return { event: 'verdict', stage, outcome, ...scores, kept, ...left }
}

function phaseEvents({ phase: before }: WalkState, { phase, target }: WalkState): Untimed[] {
  if (phase.at === 'stage' && !(before.at === 'stage' && before.stage === phase.stage))
    return [stageEvent(phase)]
  if (phase.at === before.at) return []
  if (phase.at === 'refused') return [{ event: 'refusal', reason: phase.reason, next: phase.next }]
  if (phase.at !== 'failed') return []
  const { stage, reason, journal, undone, relaxations } = phase
  const suspected = relaxations.map(({ text }) => text)
  return [{ event: 'failure', stage, target, reason, journal, undone, suspected }]
}

/** What came between two states of a walk, in the order in which it is told. */
export function walkEvents(before: WalkState, now: WalkState): Untimed[] {
  if (before === now) return []
  return [
    ...subjectEvents(before, now),
    ...stepEvents(before.phase, now),
    ...now.history.slice(before.history.length).map(resultEvent),
    ...phaseEvents(before, now),
    ...verdictEvents(before.phase, now.phase),
    ...(now.stopped !== undefined && now.stopped !== before.stopped
      ? [{ event: 'notice' as const, text: now.stopped }]
      : []),
  ]
}

/** How a walk ended. */
function endOfState({ phase }: WalkState, code: number): Untimed {
  if (phase.at !== 'done') return { event: 'end', exit_code: code, summary: null }
  const { healthy, stock, final, dropIn, dropInPath, notes } = phase.summary
  const scores = { stock: tenth(stock), final: tenth(final) }
  const summary = { healthy, ...scores, drop_in: dropIn === '' ? null : dropInPath, notes }
  return { event: 'end', exit_code: code, summary }
}

/** Tells what happens in a walk until it is over. Returns its exit code. */
export async function followed(walk: Session, tell: (event: Untimed) => void): Promise<number> {
  let before = walk.state()
  const end = walk.subscribe(() => {
    const now = walk.state()
    for (const event of walkEvents(before, now)) tell(event)
    before = now
  })
  const code = await walk.finished
  end()
  tell(endOfState(walk.state(), code))
  return code
}
