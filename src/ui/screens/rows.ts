import type { Row } from '../../session/state.ts'
import {
  BLANK,
  bullet,
  clip,
  type Line,
  labelled,
  lengthOf,
  line,
  pad,
  paragraph,
  type Segment,
  type Tone,
} from '../lines.ts'
import { formatGain } from '../score.ts'
import type { TickItem } from '../tick-list.tsx'

export function assignment(row: Row): string {
  return row.value === '' ? row.key : `${row.key}=${row.value}`
}

/** What can be ticked first; what can't, with its reason, below. */
export function inOrder(rows: Row[]): Row[] {
  return [...rows.filter((row) => !row.unavailable), ...rows.filter((row) => row.unavailable)]
}

const UNAVAILABLE = { 'in-force': 'in force', unfit: 'unfit', unknown: 'unknown here' } as const

function whyUnavailable(row: Row): string {
  if (!row.unavailable) return ''
  const { kind, why } = row.unavailable
  return kind === 'in-force' ? UNAVAILABLE[kind] : `${UNAVAILABLE[kind]}: ${why}`
}

const PROOF: Record<Row['proof']['state'], { words: string; tone?: Tone }> = {
  none: { words: '' },
  waiting: { words: 'waiting for proof', tone: 'dim' },
  proving: { words: 'being proven', tone: 'accent' },
  proven: { words: 'proven', tone: 'good' },
  breaks: { words: 'breaks', tone: 'bad' },
  unprovable: { words: 'not provable', tone: 'dim' },
}

export function proofText(row: Row): string {
  const { words } = PROOF[row.proof.state]
  return row.proof.reason && words ? `${words}: ${row.proof.reason}` : words
}

function status(row: Row): Segment {
  if (row.proof.state !== 'none') return { text: proofText(row), tone: PROOF[row.proof.state].tone }
  return row.caution ? { text: 'caution', tone: 'warn' } : { text: '' }
}

export function tickItems(rows: Row[], width: number): TickItem[] {
  const names = rows.map(assignment)
  const longest = Math.max(12, ...names.map(lengthOf))
  const column = Math.min(longest, Math.max(12, Math.floor(width / 2)))
  return rows.map((row, index) => {
    const name = pad(clip(names[index] ?? '', column), column)
    if (row.unavailable) {
      const why = clip(whyUnavailable(row), Math.max(4, width - column - 8))
      return { id: row.id, rest: [{ text: `${name}  ${why}`, tone: 'dim' }] }
    }
    return {
      id: row.id,
      ticked: row.ticked,
      rest: [{ text: `${name}  ${pad(formatGain(row.gain), 4)}  ` }, status(row)],
    }
  })
}

export function detailLines(row: Row, width: number): Line[] {
  const proof = proofText(row)
  const proofTone = PROOF[row.proof.state].tone
  return [
    ...(row.unavailable
      ? labelled(
          row.unavailable.kind === 'in-force' ? 'In force' : 'Not offered',
          row.unavailable.why,
          width,
          'warn',
        )
      : []),
    ...labelled('What it does', row.what, width),
    ...row.evidence.flatMap((seen, index) => labelled(index === 0 ? 'Seen here' : '', seen, width)),
    ...(row.caution ? labelled('Caution', row.caution, width, 'warn') : []),
    ...(proof ? labelled('Proof', proof, width, proofTone) : []),
    ...(row.breaks ? labelled('Could break', row.breaks, width) : []),
    ...(row.wins ? labelled('Wins', row.wins, width) : []),
  ]
}

export function detailPage(row: Row) {
  return {
    title: assignment(row),
    lines: (width: number): Line[] => [
      ...detailLines(row, width),
      BLANK,
      ...(row.unavailable
        ? []
        : paragraph(
            row.gain === 0
              ? 'The exposure score does not count it.'
              : `By itself it changes the exposure score by ${formatGain(row.gain)}.`,
            width,
            'dim',
          )),
    ],
  }
}

export function notesPage(title: string, notes: string[]) {
  return {
    title,
    lines: (width: number): Line[] =>
      notes.length === 0
        ? [line('There are no notes for this stage.', 'dim')]
        : notes.flatMap((note) => bullet(note, width)),
  }
}
