import { printableState } from '../../host/printable.ts'
import type { Chosen, OverviewSession, OverviewState } from '../../session/overview/overview.ts'
import type { ServiceRow } from '../../session/overview/row.ts'
import { shortName } from '../../systemd/manager/unit-name.ts'
import { detailLines, headerLines, headingLine, rowLine } from '../overview/overview-lines.ts'
import { BLANK, type Line, paragraph } from '../text/lines.ts'
import { choiceLines, FIRST_ROW, numberedWords } from './choices.ts'
import { PlainOutput, type PlainTerminal, readLines } from './plain-output.ts'

const INDENT = 4

/** What to do with a service, by its number. */
const WISHES: Readonly<Record<string, 'walk' | 'undo' | 'status'>> = { 1: 'walk', 2: 'undo', 3: 'status' }

/** All services as a list with numbers; then what to do with the one that was chosen. */
export async function runPlainOverview(session: OverviewSession, terminal: PlainTerminal): Promise<Chosen> {
  const overview = new PlainOverview(session, terminal)
  try {
    return await session.finished
  } finally {
    overview.end()
  }
}

class PlainOverview {
  readonly #session: OverviewSession
  readonly #output: PlainOutput
  readonly #endReading: () => void
  readonly #unsubscribe: () => void
  #shown: OverviewState | undefined
  /** The service that was chosen. */
  #unit: string | undefined
  #isWhole = false

  constructor(session: OverviewSession, terminal: PlainTerminal) {
    this.#session = session
    this.#output = new PlainOutput(terminal)
    const typed = (text: string) => this.#typed(text)
    this.#endReading = readLines(terminal, typed, () => session.send({ do: 'leave' }))
    this.#unsubscribe = session.subscribe(() => this.#changed())
    this.#output.tell('Looking at all services …')
  }

  end(): void {
    this.#unsubscribe()
    this.#endReading()
  }

  /** Said once, when all is known: a list that fills in is for a screen. */
  #changed(): void {
    const state = printableState(this.#session.state())
    const before = this.#shown
    if (state.looking) return
    this.#shown = state
    if (before === undefined) this.#list(state)
    if (state.note !== undefined && state.note !== before?.note) this.#output.tell(state.note)
    if (state.asking !== undefined)
      this.#choose(`Undo all that hardenctl keeps for ${shortName(state.asking.unit)}?`, [
        'Undo it',
        'Leave it',
      ])
  }

  #list(state: OverviewState): void {
    const width = this.#output.width - INDENT
    const listed = this.#listed(state)
    const rows = listed.map((row, index): Line => {
      return [{ text: String(index + FIRST_ROW).padEnd(INDENT) }, ...rowLine(row, false, width).slice(1)]
    })
    const heading: Line = [{ text: ' '.repeat(INDENT - 2) }, ...headingLine(width)]
    const others = state.rows.length - listed.length
    const labels = ['Leave', ...(others > 0 ? [`Show ${others} more that do not run`] : [])]
    this.#output.say([BLANK, ...headerLines(state, this.#output.width), heading, ...rows])
    for (const problem of state.problems) this.#output.tell(problem)
    this.#choose('Type the number of a service, or:', labels)
  }

  /** On a slow line a hundred services that do not run are a long wait. */
  #listed({ rows }: OverviewState): readonly ServiceRow[] {
    const running = rows.filter(({ state }) => state === 'running')
    return this.#isWhole || running.length === 0 ? rows : running
  }

  #choose(question: string, labels: readonly string[]): void {
    this.#output.say([
      BLANK,
      ...paragraph(question, this.#output.width),
      ...choiceLines(numberedWords(labels), this.#output.width),
    ])
  }

  #typed(text: string): void {
    const state = this.#shown
    if (text === '' || state === undefined) return
    if (state.asking !== undefined) {
      this.#session.send({ do: 'answer', yes: text === '1' })
      this.#unit = undefined
      if (text !== '1') this.#list(state)
    } else if (this.#unit === undefined) this.#pick(state, text)
    else this.#act(state, this.#unit, text)
  }

  #pick(state: OverviewState, text: string): void {
    const row = this.#listed(state).find((_, index) => String(index + FIRST_ROW) === text)
    if (row !== undefined) this.#open(row)
    else if (text === '1') this.#session.send({ do: 'leave' })
    else {
      this.#isWhole ||= text === '2'
      this.#list(state)
    }
  }

  #open(row: ServiceRow): void {
    this.#unit = row.unit
    this.#output.say([
      BLANK,
      ...paragraph(row.unit, this.#output.width),
      ...detailLines(row, this.#output.width),
    ])
    this.#choose('What now?', [
      'Walk through it',
      'Undo what is kept',
      'Show what is kept',
      'Back to the list',
    ])
  }

  #act(state: OverviewState, unit: string, text: string): void {
    const wish = WISHES[text]
    if (wish !== undefined) this.#session.send({ do: wish, unit })
    else {
      this.#unit = undefined
      this.#list(state)
    }
  }
}
