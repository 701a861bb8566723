import { isDeepStrictEqual } from 'node:util'
import { STAGE_TITLES, STAGES, titleOf } from '../../catalog/common/types.ts'
import type { News } from '../../observe/trace/logged-calls.ts'
import { STEP_LABELS, type StepEvent } from '../../trial/transaction/steps.ts'
import { formatScore } from '../store/score.ts'
import { proposalText } from './failure-words.ts'
import type { PhaseAt } from './questions.ts'
import type { WalkEvent } from './reducer.ts'
import type { Proof } from './rows.ts'
import type { FailedPhase, LearningPhase, Phase, StagePhase, StageResult, Summary } from './state.ts'

function stageLines(phase: StagePhase): string[] {
  const title = `Stage ${STAGES.indexOf(phase.stage) + 1} of 5: ${STAGE_TITLES[phase.stage]}`
  const rows = phase.rows.flatMap((row) => {
    const mark = row.unavailable ? ' - ' : row.ticked ? '[x]' : '[ ]'
    const why = row.unavailable ? `${row.unavailable.kind}: ${row.unavailable.why}` : (row.evidence[0] ?? '')
    const caution =
      row.caution === undefined ? [] : [`        ${row.ticked ? 'mind' : 'not taken'}: ${row.caution}`]
    // A clone that proved ahead of the walk may have told before the list is shown.
    const broke = row.proof.state === 'breaks' ? said(`${row.key}=${row.value}`, row.proof, undefined) : []
    return [`  ${mark} ${row.key}${row.value ? `=${row.value}` : ''}  ${why}`, ...caution, ...broke]
  })
  return [
    '',
    title,
    ...rows,
    `  exposure ${formatScore(phase.before)}, predicted ${formatScore(phase.predicted)}`,
  ]
}

function said(name: string, proof: Proof, before: Proof | undefined): string[] {
  if (isDeepStrictEqual(proof, before)) return []
  if (proof.state === 'proven') return [`  proven in a clone: ${name}`]
  if (proof.state === 'breaks') return [`  breaks in a clone: ${name}: ${proof.reason}`]
  return []
}

type Proven = Pick<StagePhase, 'rows' | 'set'>

/** What clones said since the last time, row by row, and of the ticked rows together. */
function proofLines(phase: Proven, before: Proven): string[] {
  const rows = phase.rows.flatMap((row) => {
    const old = before.rows.find(({ id }) => id === row.id)
    const changed =
      old === undefined || old.value === row.value
        ? []
        : [`  now ${row.key}=${row.value}: ${row.evidence.at(-1) ?? ''}`]
    return [
      ...changed,
      ...said(`${row.key}=${row.value}`, row.proof, changed.length > 0 ? undefined : old?.proof),
    ]
  })
  const count = phase.rows.filter(({ ticked }) => ticked).length
  const set = said(`the ${count} ticked together`, phase.set, before.set)
  const why =
    phase.set.state === 'unprovable' && before.set.state !== 'unprovable'
      ? [`  not rehearsed: ${phase.set.reason}`]
      : []
  return [...rows, ...set, ...why]
}

function failedLines(phase: FailedPhase): string[] {
  const { reason, journal, undone, relaxations } = phase
  const needed = relaxations.flatMap((one) => one.needed ?? [])
  return [
    `  broke: ${reason}`,
    ...needed.map((text) => `  needed: ${text}`),
    ...undone.map((line) => `  undone: ${line}`),
    ...relaxations.map((one) => `  suspected: ${proposalText(one)}`),
    ...journal.map((line) => `    | ${line}`),
  ]
}

interface Heard {
  news: News
  lost: boolean
}

/** What is new since the last time. */
function newsLines({ news, lost }: Heard, before?: Heard): string[] {
  const old = before?.news
  const fresh = (now: string[], then: string[] = []) => now.filter((text) => !then.includes(text))
  const { calls, sockets, files, programs, memory } = news
  return [
    ...calls
      .filter(({ name }) => !old?.calls.some((call) => call.name === name))
      .map(({ name, by }) => `  new call ${name}, called by ${by}`),
    ...fresh(sockets, old?.sockets).map((text) => `  new socket ${text}`),
    ...fresh(files, old?.files).map((text) => `  new file written ${text}`),
    ...fresh(programs, old?.programs).map((text) => `  new program or library ${text}`),
    ...fresh(memory, old?.memory).map((text) => `  writable code in ${text}`),
    ...(lost && !before?.lost ? ['  the kernel may have dropped records: there may be more'] : []),
  ]
}

function learningLines(phase: LearningPhase): string[] {
  const begin = phase.noCalls === undefined ? '' : ` (no system calls are logged: ${phase.noCalls})`
  return ['', `Learning from live traffic${begin}`, ...newsLines(phase)]
}

function baselineLines({ checks, notes = [], measured, problem }: PhaseAt<'baseline'>): string[] {
  if (problem !== undefined) return [`Baseline: ${problem}`]
  if (measured === undefined) return []
  const asked = checks.filter(({ ticked }) => ticked)
  return [
    'Baseline:',
    ...asked.map(({ label, answered }) => `  ${label}: ${answered}`),
    ...notes.map((note) => `  ${note}.`),
  ]
}

function searchLines(phase: PhaseAt<'trial'>): string[] {
  if (phase.doing !== 'try' || phase.search === undefined) return []
  const { trial, most, rows, of } = phase.search
  return [
    `  searching for what breaks, trial ${trial} of at most ${most}, ${rows.length} of ${of}: ${rows.join(' ')}`,
  ]
}

function healthWords({ healthy, asked, oneshot, stopped }: Summary): string {
  if (!healthy) return 'NOT proven healthy'
  if (oneshot === 'ran') return 'healthy: it ran once with all that is kept, and ended with success'
  if (oneshot === 'waits') return 'at rest: it was proven in clones, and has not run here since'
  if (stopped) return 'stopped, as it was before'
  return asked
    ? 'healthy: it answers as before'
    : 'up, and listens as before; no check could ask it anything, so use it to see whether it still works'
}

function summaryLines({ summary }: PhaseAt<'done'>): string[] {
  const curve = summary.curve.map(({ label, exposure }) => `${label} ${formatScore(exposure)}`).join(' → ')
  return [
    '',
    `Exposure: ${curve}`,
    ...summary.notes,
    '',
    ...(summary.dropIn === '' ? [] : [summary.dropInPath, ...summary.dropIn.split('\n')]),
    `The service is ${healthWords(summary)}.`,
  ]
}

/** Why nothing of a stage was kept, where the walk itself did not say. */
function whyNothing({ outcome }: StageResult, phase: Phase): string | undefined {
  if (outcome !== 'skipped' || phase.at !== 'stage') return undefined
  const broke = phase.rows.some(({ proof }) => proof.state === 'breaks')
  return `no row of it is taken by itself${broke ? ', or it broke in a clone' : ''}; each says why`
}

function resultLine(result: StageResult, phase: Phase): string {
  const { stage, outcome, before, after } = result
  const change = `${formatScore(before)} → ${formatScore(after)}`
  const note = result.note ?? whyNothing(result, phase)
  return `  ${titleOf(stage)}: ${outcome}, ${change}${note ? ` (${note})` : ''}`
}

function stepLine({ step, state, ms, detail }: StepEvent): string {
  if (state === 'running') return `  … ${STEP_LABELS[step]}`
  return `  ${state === 'done' ? 'ok' : 'FAILED'} ${step} ${ms} ms${detail ? `: ${detail}` : ''}`
}

function phaseLines(phase: Phase): string[] {
  switch (phase.at) {
    case 'looking':
      return (phase.notes ?? []).map((note) => `  ${note}`)
    case 'question':
      return phase.text
    case 'baseline':
      return baselineLines(phase)
    case 'stage':
      return stageLines(phase)
    case 'learning':
      return learningLines(phase)
    case 'trial':
      return searchLines(phase)
    case 'failed':
      return failedLines(phase)
    case 'done':
      return summaryLines(phase)
    // A refusal goes to standard error; the others come to a result, which is told.
    case 'refused':
    case 'keep':
      return []
    // What a person would read before the change, an account that is made among it.
    case 'confirm':
      return phase.warnings.map((text) => `  mind: ${text}`)
    default:
      return phase satisfies never
  }
}

/** What a walk without a terminal prints when something happened, by the phase that was shown before. */
export function linesOf(event: WalkEvent, before: Phase): string[] {
  switch (event.type) {
    case 'phase':
      return phaseLines(event.phase)
    case 'rows':
      return before.at === 'stage' ? proofLines(event, before) : []
    case 'news':
      return before.at === 'learning' ? newsLines(event, before) : []
    case 'step':
      return before.at === 'trial' ? [stepLine(event.event)] : []
    case 'finished':
      return [
        resultLine(event.result, before),
        ...(event.result.leftOut ?? []).map((text) => `    asked for and left out: ${text}`),
        ...(event.result.warnings ?? []).map((text) => `    other than before: ${text}`),
      ]
    case 'parting':
      return [event.text]
    case 'subject':
    case 'introduction':
    case 'exposure':
    case 'target':
    case 'stopping':
    case 'stopped':
      return []
    default:
      return event satisfies never
  }
}
