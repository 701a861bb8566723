import { STAGE_TITLES } from '../../catalog/common/types.ts'
import type { Row } from '../../session/walk/rows.ts'
import type { StagePhase } from '../../session/walk/state.ts'
import { hasVerdict, proofSentence, shortSentence } from '../screens/proof-words.ts'
import { assignment, detailLines, inOrder } from '../screens/row-lines.ts'
import { stageSummary } from '../screens/stage-summary.ts'
import { formatGain } from '../text/gain.ts'
import { bullet, type Line, line } from '../text/lines.ts'
import { type Choice, numbered, type PlainScreen } from './choices.ts'

/** "[x] ProtectHome=yes −0.2, proven in a clone, caution" */
export function rowText(row: Row): string {
  if (row.unavailable) return `    ${assignment(row)}: ${row.unavailable.why}`
  const gain = row.gain === 0 ? '' : formatGain(row.gain)
  // A word in each row would say no more than the line on all of them.
  const proof = hasVerdict(row.proof) ? shortSentence(row.proof) : ''
  const said = [gain, proof, row.caution ? 'caution' : ''].filter(Boolean)
  return `[${row.ticked ? 'x' : ' '}] ${assignment(row)} ${said.join(', ')}`.trimEnd()
}

/** What the clones say of all ticked rows: "Together: proven in a clone." */
export function setText({ set }: StagePhase): string {
  return set.state === 'none' ? '' : `Together: ${proofSentence(set)}.`
}

/** The list of a stage; or one row of it, with all that is known of it. */
export function stageScreen(phase: StagePhase, open: string | undefined, width: number): PlainScreen {
  const row = phase.rows.find(({ id }) => id === open)
  return row === undefined ? listScreen(phase, width) : rowScreen(row, width)
}

function listScreen(phase: StagePhase, width: number): PlainScreen {
  const offered = phase.rows.filter((row) => !row.unavailable)
  const others = phase.rows.filter((row) => row.unavailable)
  const isTicked = offered.some(({ ticked }) => ticked)
  const wantsAll = offered.some(({ ticked, proof }) => !ticked && proof.state !== 'breaks')
  const choices: Choice[] = [
    { label: isTicked ? 'Review and apply' : 'Continue unchanged', act: { send: { do: 'review' } } },
    { label: 'Skip this stage', act: { send: { do: 'skip-stage' } } },
    { label: 'Stop here and keep the proven stages', act: { send: { do: 'stop' } } },
    ...(offered.length > 1
      ? [
          {
            label: wantsAll ? 'Tick all' : 'Tick none',
            act: { send: { do: 'toggle-all', ticked: wantsAll } },
          } as const,
        ]
      : []),
    ...(phase.learnable
      ? [{ label: 'Learn from live traffic', act: { send: { do: 'learn' } } } as const]
      : []),
    ...(phase.notes.length > 0
      ? [{ label: `Notes on ${STAGE_TITLES[phase.stage]}`, act: { show: textOf(phase.notes) } }]
      : []),
    ...(others.length > 0
      ? [{ label: `Show what can't be set (${others.length})`, act: { show: textOf(others.map(rowText)) } }]
      : []),
  ]
  const rows = inOrder(offered).map((row): Choice => ({ label: rowText(row), act: { open: row.id } }))
  return {
    lines:
      offered.length === 0
        ? [line('This stage has nothing to change.')]
        : stageSummary(phase, { width, height: Number.MAX_SAFE_INTEGER }),
    choices: numbered(choices, rows),
  }
}

function textOf(texts: readonly string[]): (width: number) => Line[] {
  return (width) => texts.flatMap((text) => bullet(text, width))
}

function rowScreen(row: Row, width: number): PlainScreen {
  const { other, ...rest } = row
  return {
    lines: [line(assignment(row)), ...detailLines(rest, width)],
    choices: numbered([
      { label: 'Back to the list', act: { open: undefined } },
      { label: row.ticked ? 'Untick it' : 'Tick it', act: { send: { do: 'toggle', id: row.id } } },
      ...(other === undefined
        ? []
        : [{ label: `Take instead: ${other}`, act: { send: { do: 'other-way', id: row.id } } } as const]),
    ]),
  }
}
