import { enumerated } from '../../host/enumerated.ts'
import type { PlannedDirective, PlannedStage } from '../plan/schema.ts'
import { shortened, told, toldTexts, withoutProcessNumbers } from './sources.ts'

/** A row that its plan has taken. */
export interface Taken {
  name: string
  row: PlannedDirective
  stage: PlannedStage
}

export function isProven({ row, stage }: Pick<Taken, 'row' | 'stage'>): boolean {
  return row.proof.state === 'proven' || stage.proof.state === 'proven'
}

/**
 * What the clones of the plans say of these lines. `otherAccount` are the names of the plans that proved the row under an
 * account that the merged plan does not switch to.
 */
export function mergedProof(
  taken: readonly Taken[],
  lines: PlannedDirective['assignments'],
  otherAccount: readonly string[],
): PlannedDirective['proof'] {
  const isSame = ({ row }: Taken) => JSON.stringify(row.assignments) === JSON.stringify(lines)
  const oddities = toldTexts(taken.map(({ name, row }) => ({ name, texts: [row.proof.oddity ?? []].flat() })))
  const oddity = oddities.length === 0 ? null : shortened(oddities.join(' '))
  const namesOf = (test: (one: Taken) => boolean) => enumerated(taken.filter(test).map(({ name }) => name))
  const none = (reason: string) => ({ state: 'none' as const, reason: shortened(reason), oddity })
  const unproven = namesOf((one) => !isProven(one))
  if (unproven !== '') return none(`the plan of ${unproven} has no proof of it`)
  const tighter = namesOf((one) => !isSame(one))
  if (tighter !== '') return none(`clones on ${tighter} proved a tighter value`)
  const under = namesOf(({ name }) => otherAccount.includes(name))
  if (under !== '') return none(`clones on ${under} proved it under another account`)
  return { state: 'proven', reason: null, oddity }
}

/** The evidence of all plans, behind what not all of them need. */
export function mergedEvidence(
  taken: readonly Taken[],
  differs: readonly string[],
): PlannedDirective['evidence'] {
  const all = taken.flatMap(({ row }) => row.evidence)
  const originals = new Map(all.map((one) => [withoutProcessNumbers(one.text), one]))
  const texts = told(taken.map(({ name, row }) => ({ name, texts: row.evidence.map(({ text }) => text) })))
  return [
    ...differs.map((text) => ({ kind: 'seen' as const, text, trial: null })),
    ...texts.map(({ text, words }) => {
      const { kind, trial } = originals.get(text) ?? { kind: 'seen' as const, trial: null }
      return { kind, text: words, trial }
    }),
  ]
}
