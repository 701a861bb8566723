import type { Row } from '../../session/walk/rows.ts'
import type { Phase } from '../../session/walk/state.ts'
import type { Page } from '../frame/overlay.tsx'
import type { TickItem } from '../input/tick-list.tsx'
import { formatGain } from '../text/gain.ts'
import { BLANK, bullet, clip, type Line, labelled, line, pad, paragraph, widthOf } from '../text/lines.ts'
import { isInsistedOn, proofSentence, proofTone, reasonOf, rowStatus } from './proof-words.ts'

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

export function tickItems(rows: Row[], width: number): TickItem[] {
  const names = rows.map(assignment)
  const longest = Math.max(12, ...names.map(widthOf))
  const column = Math.min(longest, Math.max(12, Math.floor(width * (width < 70 ? 0.45 : 0.5))))
  // Beside the name stand the cursor, the box, the gain and the blanks between them.
  const room = width - column - 14
  return rows.map((row, index) => {
    const name = pad(clip(names[index] ?? '', column), column)
    if (row.unavailable) {
      const why = clip(whyUnavailable(row), Math.max(4, width - column - 8))
      return { id: row.id, rest: [{ text: `${name}  ${why}`, tone: 'dim' }] }
    }
    return {
      id: row.id,
      ticked: row.ticked,
      rest: [{ text: `${name}  ${pad(formatGain(row.gain), 4)}  ` }, ...rowStatus(row, room)],
    }
  })
}

export function detailLines(row: Row, width: number): Line[] {
  const proof = proofLines(row, width)
  const early = reasonOf(row.proof) !== undefined
  return [
    ...(early ? proof : []),
    ...(row.unavailable
      ? labelled(
          row.unavailable.kind === 'in-force' ? 'In force' : 'Not offered',
          row.unavailable.why,
          width,
          'warn',
        )
      : []),
    ...(row.other ? labelled('Alternative', `${row.other}: press w for it.`, width, 'accent') : []),
    ...labelled('What it does', row.what, width),
    ...row.evidence.flatMap((seen, index) => labelled(index === 0 ? 'Seen here' : '', seen, width)),
    ...(row.caution ? labelled('Caution', row.caution, width, 'warn') : []),
    ...(early ? [] : proof),
    ...(row.breaks ? labelled('Could break', row.breaks, width) : []),
    ...(row.wins ? labelled('Wins', row.wins, width) : []),
  ]
}

/** A reason stands first in the details, which a low terminal cuts. */
function proofLines(row: Row, width: number): Line[] {
  if (row.proof.state === 'none') return []
  return [
    ...labelled('Proof', proofSentence(row.proof), width, proofTone(row.proof)),
    ...(isInsistedOn(row)
      ? labelled(
          'Insisted on',
          'The row is ticked although it breaks the service; untick it to leave it out.',
          width,
          'warn',
        )
      : []),
  ]
}

/** Looks the row up each time it is drawn: its proof and value may change while the page is open. */
export function detailPage({ id, key }: Row): Page {
  return {
    title: `Details of ${key}`,
    lines(width, phase): Line[] {
      const row = rowOf(phase, id)
      return row ? wholeDetails(row, width) : []
    },
  }
}

function rowOf(phase: Phase, id: string): Row | undefined {
  return phase.at === 'stage' ? phase.rows.find((row) => row.id === id) : undefined
}

function wholeDetails(row: Row, width: number): Line[] {
  const gain =
    row.gain === 0
      ? 'The exposure score does not count it.'
      : `Alone it changes the exposure score by ${formatGain(row.gain)}.`
  return [
    ...labelled('Setting', assignment(row), width, 'bold'),
    ...detailLines(row, width),
    BLANK,
    ...(row.unavailable ? [] : paragraph(gain, width, 'dim')),
  ]
}

export function notesPage(title: string, notes: string[]): Page {
  return {
    title,
    lines: (width): Line[] =>
      notes.length === 0
        ? [line('There are no notes for this stage.', 'dim')]
        : notes.flatMap((note) => bullet(note, width)),
  }
}
