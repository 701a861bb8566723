import cliTruncate from 'cli-truncate'
import stringWidth from 'string-width'
import wrapAnsi from 'wrap-ansi'

/** One row of the screen. Text is wrapped before it is drawn, so that every height is known beforehand. */
export type Line = Segment[]

export interface Segment {
  text: string
  tone?: Tone | undefined
}

/** A colour only ever repeats what the words already say. */
export type Tone = 'bold' | 'dim' | 'good' | 'warn' | 'bad' | 'accent'

export const BLANK: Line = [{ text: '' }]

export function line(text: string, tone?: Tone): Line {
  return [{ text, tone }]
}

/** Columns that a terminal needs for it: two for CJK and emoji, none for a combining mark. */
export function widthOf(text: string): number {
  return stringWidth(text)
}

export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)))
}

/** At most `width` columns; what is cut off leaves a mark. */
export function clip(text: string, width: number): string {
  return width < 1 ? '' : cliTruncate(text, width)
}

/** The end of a text, at most `width` columns of it. */
export function clipStart(text: string, width: number): string {
  return width < 1 ? '' : cliTruncate(text, width, { position: 'start', truncationCharacter: '' })
}

/** Breaks at blanks, and inside a word only when it is longer than a whole line. */
export function wrap(text: string, width: number): string[] {
  return wrapAnsi(text.replaceAll(/ +/g, ' '), Math.max(8, width), { hard: true }).split('\n')
}

export function paragraph(text: string, width: number, tone?: Tone): Line[] {
  return wrap(text, width).map((part) => line(part, tone))
}

/** The first line behind `mark`, the following ones below its text. */
export function bullet(text: string, width: number, mark = '• ', tone?: Tone): Line[] {
  const indent = ' '.repeat(widthOf(mark))
  return wrap(text, width - widthOf(mark)).map((part, index) => [
    { text: index === 0 ? mark : indent, tone: 'dim' },
    { text: part, tone },
  ])
}

/** "Could break  …" with the following lines below the text. On a narrow screen the label gets its own line. */
export function labelled(label: string, text: string, width: number, tone?: Tone, column = 14): Line[] {
  if (width < 50)
    return [line(label, 'accent'), ...wrap(text, width - 2).map((part) => line(`  ${part}`, tone))]
  return wrap(text, width - column).map((part, index) => [
    { text: pad(index === 0 ? label : '', column), tone: 'accent' },
    { text: part, tone },
  ])
}

/** Verbatim text: blanks at the start of a line stay, long lines go on below with an indent. */
export function verbatim(text: string, width: number, tone?: Tone): Line[] {
  return text
    .replace(/\n$/, '')
    .split('\n')
    .flatMap((raw) => {
      if (widthOf(raw) <= width) return [line(raw, tone)]
      const indent = '    '
      const [first = '', ...more] = wrap(raw.trimStart(), width - widthOf(indent))
      return [line(first, tone), ...more.map((part) => line(indent + part, tone))]
    })
}

export function plain(lines: Line[]): string[] {
  return lines.map((segments) =>
    segments
      .map((segment) => segment.text)
      .join('')
      .trimEnd(),
  )
}

export function seconds(until: number, now: number): number {
  return Math.max(0, Math.ceil((until - now) / 1000))
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}
