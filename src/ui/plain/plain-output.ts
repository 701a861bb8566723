import { createInterface } from 'node:readline'
import { toAscii } from '../text/ascii.ts'
import { type Line, paragraph, plain, verbatim } from '../text/lines.ts'

export interface PlainTerminal {
  stdin: NodeJS.ReadStream
  stdout: NodeJS.WriteStream
  ascii: boolean
}

/** Text that is only ever added to: no cursor is moved, and nothing is drawn again. */
export class PlainOutput {
  readonly #terminal: PlainTerminal

  constructor(terminal: PlainTerminal) {
    this.#terminal = terminal
  }

  /** Some terminals begin a new line once the last column is written. */
  get width(): number {
    return (this.#terminal.stdout.columns || 80) - 1
  }

  say(lines: readonly Line[]): void {
    const fitting = plain([...lines]).flatMap((text) => plain(verbatim(text, this.width)))
    const whole = fitting.map((one) => `${one}\n`).join('')
    if (whole !== '') this.#terminal.stdout.write(this.#terminal.ascii ? toAscii(whole) : whole)
  }

  tell(text: string): void {
    this.say(paragraph(text, this.width))
  }
}

/** Hands over each line that is typed, without spaces around it, and tells when no more can come. Returns what ends that. */
export function readLines(
  { stdin }: PlainTerminal,
  typed: (text: string) => void,
  closed: () => void,
): () => void {
  // Not as a terminal: readline would move the cursor.
  const reader = createInterface({ input: stdin, terminal: false })
  reader.on('line', (text) => typed(text.trim()))
  reader.on('close', closed)
  return () => {
    reader.removeAllListeners('close')
    reader.close()
  }
}
