import type { Printer } from '../../host/printer.ts'
import type { Intent } from './intent.ts'
import type { AnswerTo, AskedPhase, PhaseAt } from './questions.ts'
import type { WalkEvent } from './reducer.ts'
import type { QuestionId, StagePhase, WalkState } from './state.ts'
import { linesOf } from './unattended-lines.ts'
import type { Attendant } from './walk.ts'

/** Trials of one stage before it is skipped: each takes something away, so the walk ends. */
const MAX_TRIALS = 8

/**
 * Questions that get a no without a person: things that this program did not start, that could touch another service,
 * or that outlast the walk.
 */
const CONSENTS: Record<QuestionId, boolean> = {
  propagation: false,
  resume: true,
  companions: true,
  'restart-breaks': false,
  'learn-live': true,
  'run-now': false,
  'save-checks': false,
}

type Recommended = {
  [At in AskedPhase['at']]: (phase: PhaseAt<At>) => AnswerTo<At> | undefined
}

/** Takes every recommendation, keeps what proves healthy, relaxes what is suspected. */
class Recommender {
  #trials = 0
  #stage = ''

  readonly #answers: Recommended = {
    // An unknown id can only be a bug, and gets a no.
    question: ({ id }) => ({ do: 'answer', yes: CONSENTS[id] === true }),
    baseline: ({ problem }) => (problem === undefined ? { do: 'measure' } : { do: 'stop' }),
    stage: (phase) => this.#ofStage(phase),
    // It ends by its clock.
    learning: () => undefined,
    confirm: () => {
      this.#trials += 1
      return { do: 'apply' }
    },
    keep: () => ({ do: 'keep', yes: true }),
    failed: (phase) => this.#ofFailure(phase),
  }

  answer(phase: AskedPhase): Intent | undefined {
    const answer = this.#answers[phase.at] as (phase: AskedPhase) => Intent | undefined
    return answer(phase)
  }

  #ofStage({ stage, proving, rows }: StagePhase): AnswerTo<'stage'> | undefined {
    if (stage !== this.#stage) this.#trials = 0
    this.#stage = stage
    if (proving) return undefined
    return rows.some((row) => row.ticked) ? { do: 'review' } : { do: 'skip-stage' }
  }

  #ofFailure({ relaxations: all, maySearch }: PhaseAt<'failed'>): AnswerTo<'failed'> {
    const precise = all.filter((one) => one.precise)
    const relaxations = precise.length > 0 ? precise : all
    if (this.#trials >= MAX_TRIALS) return { do: 'skip-stage' }
    if (precise.length === 0 && maySearch !== undefined) return { do: 'search' }
    if (relaxations.length === 0) return { do: 'skip-stage' }
    return { do: 'relax', ids: relaxations.map(({ id }) => id) }
  }
}

/** The same walk without a terminal: takes what is recommended, and prints what happens line by line. */
export class Unattended implements Attendant {
  readonly #printer: Printer
  readonly #recommender = new Recommender()

  constructor(printer: Printer) {
    this.#printer = printer
  }

  answer(phase: AskedPhase): Intent | undefined {
    return this.#recommender.answer(phase)
  }

  heard(event: WalkEvent, before: WalkState): void {
    const { out, err } = this.#printer
    for (const line of linesOf(event, before.phase)) out(line)
    if (event.type === 'phase' && event.phase.at === 'refused') {
      err(`hardenctl: ${event.phase.reason}. ${event.phase.next}`)
    }
    if (event.type === 'stopping' && event.text !== before.stopping) err(event.text)
    if (event.type === 'stopped') err(event.text)
  }
}
