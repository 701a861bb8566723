import type { Proof, Row } from '../../session/walk/rows.ts'
import { clip, type Segment, type Tone, widthOf } from '../text/lines.ts'

/** A mark and a word say it without colour; the mark makes a column that can be read at a glance. */
const WORDS: Record<Proof['state'], { mark: string; word: string; tone?: Tone }> = {
  none: { mark: '', word: '' },
  waiting: { mark: '·', word: 'waiting', tone: 'dim' },
  proving: { mark: '…', word: 'being proven', tone: 'accent' },
  proven: { mark: '✔', word: 'proven', tone: 'good' },
  breaks: { mark: '✖', word: 'breaks', tone: 'bad' },
  unprovable: { mark: '?', word: 'not provable', tone: 'dim' },
}

const SENTENCES: Record<Proof['state'], string> = {
  none: '',
  waiting: 'waiting to be proven in a clone',
  proving: 'being proven in a clone',
  proven: 'proven in a clone',
  breaks: 'breaks in a clone',
  unprovable: 'not provable in a clone',
}

const PROVEN_BY = 'restart, reload, stop and start'

/** What the details of a proof begin with: why it broke or can't be had, or what is other all the same. */
export function reasonOf(proof: Proof): string | undefined {
  if (proof.state === 'proven') return proof.oddity
  return 'reason' in proof ? proof.reason : undefined
}

export function proofTone({ state }: Proof): Tone | undefined {
  return WORDS[state].tone
}

/** "proven in a clone" */
export function shortSentence({ state }: Proof): string {
  return SENTENCES[state]
}

/** "proven in a clone: restart, reload, stop and start" */
export function proofSentence(proof: Proof): string {
  const parts = [...(proof.state === 'proven' ? [PROVEN_BY] : []), reasonOf(proof)].filter(Boolean)
  return parts.length === 0 ? shortSentence(proof) : `${shortSentence(proof)}: ${parts.join('; ')}`
}

/** Ticked although it breaks: the person wants it all the same. */
export function isInsistedOn(row: Row): boolean {
  return row.ticked && row.proof.state === 'breaks'
}

export function hasVerdict({ state }: Proof): boolean {
  return state === 'proven' || state === 'breaks' || state === 'unprovable'
}

/** Fewer letters of a reason say nothing; the details have all of it. */
const MIN_REASON = 10
const CAUTION = ', caution'

/** The end of a row in `room` columns: "✔ proven", "✖ BREAKS: exit status 226 …, caution". */
export function rowStatus(row: Row, room: number): Segment[] {
  const { state } = row.proof
  const reason = reasonOf(row.proof)
  if (state === 'none') return row.caution ? [{ text: 'caution', tone: 'warn' }] : []
  const { mark, word, tone } = WORDS[state]
  const said = `${mark} ${isInsistedOn(row) ? word.toUpperCase() : word}`
  const caution = row.caution && widthOf(said) + widthOf(CAUTION) <= room ? CAUTION : ''
  const left = room - widthOf(said) - widthOf(caution) - 2
  const why = reason && (left >= MIN_REASON || left >= widthOf(reason)) ? `: ${clip(reason, left)}` : ''
  return [{ text: said + why, tone }, ...(caution ? [{ text: caution, tone: 'warn' } as const] : [])]
}
