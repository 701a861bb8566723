import type { Intent } from '../walk/intent.ts'
import type { AskedPhase } from '../walk/questions.ts'
import type { WalkEvent } from '../walk/reducer.ts'
import type { WalkState } from '../walk/state.ts'
import type { Unattended } from '../walk/unattended.ts'
import type { Attendant } from '../walk/walk.ts'

/** Answers for a person who wants exactly the plan: its rows are not loosened, and what breaks ends it. */
export class Applier implements Attendant {
  readonly #unattended: Unattended

  constructor(unattended: Unattended) {
    this.#unattended = unattended
  }

  answer(phase: AskedPhase): Intent | undefined {
    if (phase.at === 'failed') return { do: 'stop' }
    if (phase.at === 'stage') return { do: phase.rows.some(({ ticked }) => ticked) ? 'review' : 'skip-stage' }
    return this.#unattended.answer(phase)
  }

  heard(event: WalkEvent, before: WalkState): void {
    this.#unattended.heard(event, before)
  }
}
