import type { Directive } from '../../catalog/common/types.ts'
import { isOwnLinesOnly } from '../../catalog/common/written-values.ts'
import { loosestLines } from '../../catalog/loosest/loosest-lines.ts'
import type { Need } from '../../catalog/loosest/variants.ts'
import { enumerated } from '../../host/enumerated.ts'
import type { PlannedDirective, PlannedStage } from '../plan/schema.ts'
import { mergedEvidence, mergedProof, type Taken } from './merged-proof.ts'
import { distinct, shortened, toldTexts } from './sources.ts'

/** A row as one of the plans has it. */
export interface RowThere {
  name: string
  /** Undefined where the plan has no such row, or did not walk its stage. */
  row: PlannedDirective | undefined
  stage: PlannedStage | undefined
}

export interface MergedRow {
  row: PlannedDirective
  /** Sentences on what not all of the plans need, and on why it is left out where some take it. */
  differs: string[]
}

type Lines = PlannedDirective['assignments']

/** The host has it in force, or its systemd does not know it: the others may set it. */
const BORNE: readonly PlannedDirective['state'][] = ['taken', 'in-force', 'unknown']

function takenOf(there: readonly RowThere[]): Taken[] {
  return there.flatMap(({ name, row, stage }) =>
    row?.state === 'taken' && stage !== undefined ? [{ name, row, stage }] : [],
  )
}

function linesOf(row: PlannedDirective, key: string): Lines {
  return row.assignments.filter((line) => line.key === key)
}

/** What not all of the plans need of one of the settings. */
type NeedOf = Need & { key: string }

/** The loosest lines of all settings that the row writes, or the reason why there are none. */
function mergedLines(
  directive: Directive,
  taken: readonly Taken[],
): { lines: Lines; needs: NeedOf[] } | string {
  const keys = [...new Set(taken.flatMap(({ row }) => row.assignments.map(({ key }) => key)))]
  const lines: Lines = []
  const needs: NeedOf[] = []
  for (const key of keys) {
    const variants = taken.map(({ row }) => linesOf(row, key))
    const loosest = loosestLines(key, variants)
    const differs = loosest === undefined || loosest.needs.length > 0
    if (loosest === undefined || (differs && isOwnLinesOnly(directive, key)))
      return `${key}= differs: ${valuesThere(key, taken)}`
    lines.push(...loosest.lines)
    needs.push(...loosest.needs.map((need) => ({ ...need, key })))
  }
  if (!lines.some(({ key }) => key === directive.key)) return `no value of ${directive.key}= is borne by all`
  return { lines, needs }
}

function valuesOf(lines: Lines): string {
  const values = lines.map(({ value }) => value).filter(Boolean)
  return values.length === 0 ? 'none' : values.join(', ')
}

/** "one: yes; two: no" */
function valuesThere(key: string, taken: readonly Taken[]): string {
  const values = taken.map(({ name, row }) => ({ name, texts: [valuesOf(linesOf(row, key))] }))
  return toldTexts(values).join('; ')
}

/** "ReadWritePaths: /srv is allowed on one alone." */
function needWords({ key, kind, word, of }: NeedOf, names: readonly string[]): string {
  const who = enumerated(of.flatMap((at) => names[at] ?? []))
  if (kind === 'value') return `${key}: ${word} is the tightest value that ${who} took.`
  if (kind === 'free') return `${key} is not restricted on ${who}.`
  return shortened(`${key}: ${word.replace(/^-/, '')} is allowed on ${who} alone.`)
}

/** Why the plans that do not bear the row don't. */
function reasonsAgainst(there: readonly RowThere[]): string {
  const reasons = there.map(({ name, row, stage }) => {
    if (row !== undefined) return { name, texts: BORNE.includes(row.state) ? [] : [row.why ?? 'not taken.'] }
    const isWalked = stage !== undefined && stage.outcome !== 'not-asked'
    return { name, texts: [isWalked ? 'it was not proposed.' : 'its stage was not walked.'] }
  })
  return toldTexts(reasons).join(' ')
}

const NOTHING_TAKEN = { assignments: [], gain: 0, evidence: [], loosened_by: [], owners: [], account: null }

function leftRow(directive: Directive, there: readonly RowThere[], why: string): MergedRow {
  const rows = there.flatMap(({ row }) => row ?? [])
  const state = rows.every((row) => row.state === 'unfit') ? 'unfit' : 'left'
  const left = rows.find((row) => row.state === 'left')?.left ?? 'person'
  const merged: PlannedDirective = {
    directive: directive.key,
    value: rows.find(({ value }) => value !== '')?.value ?? '',
    state,
    left: state === 'left' ? left : null,
    why: shortened(why),
    proof: { state: 'none', reason: null, oddity: null },
    ...NOTHING_TAKEN,
  }
  const isTakenBySome = rows.some((one) => one.state === 'taken')
  return { row: merged, differs: isTakenBySome ? [shortened(`${directive.key} is left out. ${why}`)] : [] }
}

/** In force everywhere, or not known, so that nothing is to be set. */
function openNowhere(there: readonly RowThere[], [first]: readonly PlannedDirective[]): MergedRow[] {
  if (first === undefined) return []
  const why = toldTexts(there.map(({ name, row }) => ({ name, texts: [row?.why ?? ''] }))).join(' ')
  return [{ row: { ...first, why: shortened(why), ...NOTHING_TAKEN }, differs: [] }]
}

/** The text of a value that no row of the plans has. */
function valueText({ key }: Directive, lines: Lines, taken: readonly Taken[]): string {
  const same = taken.find(
    ({ row }) =>
      JSON.stringify(linesOf(row, key)) === JSON.stringify(lines.filter((line) => line.key === key)),
  )
  return same?.row.value ?? valuesOf(lines.filter((line) => line.key === key))
}

/** One row of all plans: what all of them bear. None where no plan has the row. `otherAccount` is as in mergedProof(). Pure. */
export function mergeRow(
  directive: Directive,
  there: readonly RowThere[],
  otherAccount: readonly string[],
): MergedRow[] {
  const rows = there.flatMap(({ row }) => row ?? [])
  if (rows.length === 0) return []
  const bears = there.every(({ row }) => row !== undefined && BORNE.includes(row.state))
  if (!bears) return [leftRow(directive, there, reasonsAgainst(there))]
  const taken = takenOf(there)
  if (taken.length === 0) return openNowhere(there, rows)
  const found = mergedLines(directive, taken)
  if (typeof found === 'string') return [leftRow(directive, there, found)]
  const names = taken.map(({ name }) => name)
  const differs = found.needs.map((need) => needWords(need, names))
  const cautions = toldTexts(
    taken.map(({ name, row }) => ({ name, texts: row.why === null ? [] : [row.why] })),
  )
  const merged: PlannedDirective = {
    directive: directive.key,
    value: shortened(valueText(directive, found.lines, taken)),
    state: 'taken',
    left: null,
    why: cautions.length === 0 ? null : shortened(cautions.join(' ')),
    assignments: found.lines,
    gain: Math.min(...taken.map((one) => one.row.gain)),
    evidence: mergedEvidence(taken, differs),
    proof: mergedProof(taken, found.lines, otherAccount),
    loosened_by: distinct(taken.flatMap((one) => one.row.loosened_by)),
    owners: [...new Map(taken.flatMap((one) => one.row.owners).map((owner) => [owner.path, owner])).values()],
    account: taken.find((one) => one.row.account !== null)?.row.account ?? null,
  }
  return [{ row: merged, differs }]
}
