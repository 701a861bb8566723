import { printableState } from '../../host/printable.ts'
import type { Session, WalkState } from '../../session/walk/state.ts'
import { SETTLE_UNASKED_MS, TypeAheadGuard } from '../input/type-ahead-guard.ts'
import { comesUnasked, screenKeyOf } from '../screen-key.ts'
import { BLANK, line } from '../text/lines.ts'
import { type Act, choiceLines, type Numbered } from './choices.ts'
import { newsLines } from './news.ts'
import { PlainOutput, type PlainTerminal, readLines } from './plain-output.ts'
import { deadlineText, type Local, plainScreen } from './plain-screen.ts'

const AGAIN = 'Type one of the numbers; 0 shows them again.'
const TOO_EARLY = 'That came before the question could be read. Type it again.'
/** So long before the time is up, Keep? says so once more. */
const REMINDER_MS = 10_000

/** The walk as static text: it is only ever added to, and what is typed are numbers, each with Enter. */
export async function runPlainWizard(session: Session, terminal: PlainTerminal): Promise<number> {
  const wizard = new PlainWizard(session, terminal)
  const code = await session.finished
  wizard.end()
  return code
}

class PlainWizard {
  readonly #session: Session
  readonly #output: PlainOutput
  readonly #gate = new TypeAheadGuard()
  readonly #endReading: () => void
  readonly #unsubscribe: () => void
  #shown: WalkState | undefined
  #screen = ''
  #explained = false
  #local: Local = { unticked: new Set() }
  #choices: Numbered[] = []
  #asking: Extract<Act, { ask: string }> | undefined
  #reminder: NodeJS.Timeout | undefined

  constructor(session: Session, terminal: PlainTerminal) {
    this.#session = session
    this.#output = new PlainOutput(terminal)
    const typed = (text: string) => this.#typed(text)
    this.#endReading = readLines(terminal, typed, () => session.send({ do: 'hang-up' }))
    this.#unsubscribe = session.subscribe(() => this.#changed())
    this.#changed()
  }

  end(): void {
    this.#unsubscribe()
    this.#changed()
    this.#endReading()
    clearTimeout(this.#reminder)
  }

  #changed(): void {
    const state = printableState(this.#session.state())
    const before = this.#shown
    this.#shown = state
    for (const name of ['stopping', 'stopped', 'parting'] as const) {
      const text = state[name]
      if (text !== undefined && text !== before?.[name]) this.#output.tell(text)
    }
    if (state.stopping !== undefined) this.#choices = []
    else if (screenKeyOf(state) !== this.#screen) this.#open(state, before)
    else if (before !== undefined) this.#news(before, state)
  }

  /** A new question: what a person has opened or begun to type belongs to the one before. */
  #open(state: WalkState, before: WalkState | undefined): void {
    this.#screen = screenKeyOf(state)
    this.#local = { unticked: new Set() }
    this.#asking = undefined
    if (before !== undefined)
      this.#output.say(newsLines({ ...before, phase: state.phase }, state, this.#output.width, Date.now()))
    this.#show(state)
    this.#gate.show(this.#screen, comesUnasked(state.phase) ? SETTLE_UNASKED_MS : undefined)
  }

  #show(state: WalkState): void {
    const { lines, choices } = plainScreen(state, this.#local, this.#output.width, Date.now())
    this.#choices = choices
    this.#output.say([BLANK, ...lines])
    if (choices.length > 0) this.#output.say([BLANK, ...choiceLines(choices, this.#output.width)])
    // Once is enough on a slow line.
    if (choices.length > 0 && !this.#explained) this.#output.tell(AGAIN)
    this.#explained ||= choices.length > 0
    this.#remind(state)
  }

  #news(before: WalkState, state: WalkState): void {
    this.#output.say(newsLines(before, state, this.#output.width, Date.now()))
    // Their labels follow the state, as "Untick it" does; the numbers stay.
    this.#choices = plainScreen(state, this.#local, this.#output.width, Date.now()).choices
    this.#remind(state)
  }

  #remind({ phase }: WalkState): void {
    clearTimeout(this.#reminder)
    if (phase.at !== 'keep') return
    const wait = phase.deadline - Date.now() - REMINDER_MS
    if (wait > 0) this.#reminder = setTimeout(() => this.#output.tell(deadlineText(phase, Date.now())), wait)
  }

  #typed(text: string): void {
    const state = this.#shown
    if (text === '' || state === undefined || state.stopping !== undefined) return
    if (!this.#gate.admits(screenKeyOf(this.#session.state()))) {
      this.#gate.pushBack()
      if (this.#choices.length > 0) this.#output.tell(TOO_EARLY)
      return
    }
    if (this.#asking !== undefined) {
      const intent = this.#asking.take(text)
      this.#asking = undefined
      if (intent !== undefined) this.#session.send(intent)
      else this.#show(state)
      return
    }
    const choice = this.#choices.find(({ number }) => String(number) === text)
    if (choice !== undefined) this.#act(choice.act, state)
    else if (text === '0' || this.#choices.length === 0) this.#show(state)
    else this.#output.tell(AGAIN)
  }

  #act(act: Act, state: WalkState): void {
    if ('send' in act) this.#session.send(act.send)
    else if ('ask' in act) {
      this.#asking = act
      this.#output.say([line(act.ask)])
    } else if ('show' in act) this.#output.say(act.show(this.#output.width))
    else {
      this.#local = 'open' in act ? opened(this.#local, act.open) : ticked(this.#local, act.tick)
      this.#show(state)
    }
  }
}

function opened({ unticked }: Local, row: string | undefined): Local {
  return row === undefined ? { unticked } : { unticked, row }
}

function ticked(local: Local, id: string): Local {
  const unticked = new Set(local.unticked)
  if (!unticked.delete(id)) unticked.add(id)
  return { ...local, unticked }
}
