import type { Intent } from '../../session/walk/intent.ts'
import { bullet, type Line } from '../text/lines.ts'

/** What an answer does: it goes to the session, or it only changes what is shown here. */
export type Act =
  | { send: Intent }
  /** Shows a text, and the choices again. */
  | { show: (width: number) => Line[] }
  /** Opens the row of a list; undefined goes back to the list. */
  | { open: string | undefined }
  /** Ticks or unticks a proposal of a failure. */
  | { tick: string }
  /** Asks for a word first. */
  | { ask: string; take: (text: string) => Intent | undefined }

export interface Choice {
  label: string
  act: Act
}

/** A choice with the number that stands for it. */
export interface Numbered extends Choice {
  number: number
}

/** A screen as text and numbered choices. */
export interface PlainScreen {
  lines: Line[]
  choices: Numbered[]
}

/** Rows of a list are numbered from here, so that their numbers stay while choices come and go. */
export const FIRST_ROW = 11

export function numbered(choices: readonly Choice[], rows: readonly Choice[] = []): Numbered[] {
  return [
    ...rows.map((choice, index) => ({ ...choice, number: FIRST_ROW + index })),
    ...choices.map((choice, index) => ({ ...choice, number: index + 1 })),
  ]
}

/** Labels with their numbers, from 1. */
export function numberedWords(labels: readonly string[]): Pick<Numbered, 'number' | 'label'>[] {
  return labels.map((label, index) => ({ label, number: index + 1 }))
}

/** "1 Review and apply" */
export function choiceLines(choices: readonly Pick<Numbered, 'number' | 'label'>[], width: number): Line[] {
  return choices.flatMap(({ number, label }) => bullet(label, width, `${number} `))
}
