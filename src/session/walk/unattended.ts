import { isDeepStrictEqual } from 'node:util'
import { STAGE_TITLES, STAGES, titleOf } from '../../catalog/common/types.ts'
import type { Printer } from '../../host/printer.ts'
import { formatScore } from '../store/score.ts'
import type { FailedPhase, Intent, LearningPhase, Proof, Session, StagePhase, WalkState } from './state.ts'

/** Trials of one stage before it is skipped: each takes something away, so the walk ends. */
const MAX_TRIALS = 8

function stageLine(phase: StagePhase): string[] {
  const title = `Stage ${STAGES.indexOf(phase.stage) + 1} of 5: ${STAGE_TITLES[phase.stage]}`
  const rows = phase.rows.map((row) => {
    const mark = row.unavailable ? ' - ' : row.ticked ? '[x]' : '[ ]'
    const why = row.unavailable ? `${row.unavailable.kind}: ${row.unavailable.why}` : (row.evidence[0] ?? '')
    return `  ${mark} ${row.key}${row.value ? `=${row.value}` : ''}  ${why}`
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

/** What clones said since the last time, row by row, and of the ticked rows together. */
function proofLines(phase: StagePhase, before: StagePhase): string[] {
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
  return [
    `  broke: ${reason}`,
    ...journal.map((line) => `    | ${line}`),
    ...undone.map((line) => `  undone: ${line}`),
    ...relaxations.map(({ text }) => `  suspected: ${text}`),
  ]
}

/** What is new since the last time. */
function learningLines(phase: LearningPhase, before: WalkState['phase']): string[] {
  const old = before.at === 'learning' ? before.news : undefined
  const begin = phase.noCalls === undefined ? '' : ` (no system calls are logged: ${phase.noCalls})`
  const fresh = (now: string[], then: string[] = []) => now.filter((text) => !then.includes(text))
  const { calls, sockets, files, programs, memory } = phase.news
  const lost = before.at === 'learning' && !before.lost && phase.lost
  return [
    ...(old === undefined ? ['', `Learning from live traffic${begin}`] : []),
    ...calls
      .filter(({ name }) => !old?.calls.some((call) => call.name === name))
      .map(({ name, by }) => `  new call ${name}, called by ${by}`),
    ...fresh(sockets, old?.sockets).map((text) => `  new socket ${text}`),
    ...fresh(files, old?.files).map((text) => `  new file written ${text}`),
    ...fresh(programs, old?.programs).map((text) => `  new program or library ${text}`),
    ...fresh(memory, old?.memory).map((text) => `  writable code in ${text}`),
    ...(lost ? ['  the kernel may have dropped records: there may be more'] : []),
  ]
}

/** Takes every recommendation, keeps what proves healthy, relaxes what is suspected. */
class Recommender {
  #trials = 0
  #stage = ''

  intentFor(phase: WalkState['phase']): Intent | undefined {
    switch (phase.at) {
      case 'question':
        return { do: 'answer', yes: phase.id !== 'propagation' }
      case 'baseline':
        if (phase.measuring) return undefined
        return phase.problem === undefined ? { do: 'measure' } : { do: 'stop' }
      case 'stage':
        if (phase.stage !== this.#stage) this.#trials = 0
        this.#stage = phase.stage
        if (phase.proving) return undefined
        return phase.rows.some((row) => row.ticked) ? { do: 'review' } : { do: 'skip-stage' }
      case 'confirm':
        this.#trials += 1
        return { do: 'apply' }
      case 'keep':
        return { do: 'keep', yes: true }
      case 'failed': {
        const precise = phase.relaxations.filter((one) => one.precise)
        const relaxations = precise.length > 0 ? precise : phase.relaxations
        if (this.#trials >= MAX_TRIALS) return { do: 'skip-stage' }
        if (precise.length === 0 && phase.maySearch !== undefined) return { do: 'search' }
        if (relaxations.length === 0) return { do: 'skip-stage' }
        return { do: 'relax', ids: relaxations.map(({ id }) => id) }
      }
      default:
        return undefined
    }
  }
}

function linesFor(state: WalkState, before: WalkState): string[] {
  const { phase } = state
  const lines: string[] = []
  for (const result of state.history.slice(before.history.length)) {
    const { stage, outcome, note } = result
    lines.push(
      `  ${titleOf(stage)}: ${outcome}, ${formatScore(result.before)} → ${formatScore(result.after)}${note ? ` (${note})` : ''}`,
    )
  }
  if (phase.at === 'trial' && phase.doing === 'try' && phase.search !== undefined && before.phase !== phase) {
    const { trial, most, rows, of } = phase.search
    if (phase.steps.length === 0)
      lines.push(
        `  searching for what breaks, trial ${trial} of at most ${most}, ${rows.length} of ${of}: ${rows.join(' ')}`,
      )
  }
  if (phase.at === 'trial' && before.phase.at === 'trial') {
    for (const step of phase.steps) {
      const old = before.phase.steps.find(({ id }) => id === step.id)
      if (old?.state === step.state || step.state === 'waiting') continue
      if (step.state === 'running') lines.push(`  … ${step.label}`)
      else
        lines.push(
          `  ${step.state === 'done' ? 'ok' : 'FAILED'} ${step.id} ${step.ms} ms${step.detail ? `: ${step.detail}` : ''}`,
        )
    }
  }
  if (phase === before.phase) return lines
  if (phase.at === 'stage' && before.phase.at === 'stage' && phase.stage === before.phase.stage) {
    lines.push(...proofLines(phase, before.phase))
  }
  if (phase.at === 'stage' && before.phase.at !== 'stage') lines.push(...stageLine(phase))
  if (
    phase.at === 'baseline' &&
    phase.measuring &&
    phase.checks.every(({ answered }) => answered !== undefined)
  ) {
    lines.push('Baseline:', ...phase.checks.map(({ label, answered }) => `  ${label}: ${answered}`))
  }
  if (phase.at === 'baseline' && phase.problem) lines.push(`Baseline: ${phase.problem}`)
  if (phase.at === 'question') lines.push(...phase.text)
  if (phase.at === 'learning') lines.push(...learningLines(phase, before.phase))
  if (phase.at === 'failed') lines.push(...failedLines(phase))
  if (phase.at === 'done') {
    const { summary } = phase
    const curve = summary.curve.map(({ label, exposure }) => `${label} ${formatScore(exposure)}`).join(' → ')
    lines.push('', `Exposure: ${curve}`, ...summary.notes, '')
    if (summary.dropIn !== '') lines.push(summary.dropInPath, ...summary.dropIn.split('\n'))
    lines.push(
      `The service is ${summary.healthy ? 'healthy: it answers as before' : 'NOT proven healthy'}.`,
      `To undo: ${summary.undo}`,
    )
  }
  return lines
}

/** The same walk without a terminal. Returns the exit code. */
export async function walkUnattended(session: Session, printer: Printer): Promise<number> {
  const recommender = new Recommender()
  let before = session.state()
  let answered: unknown
  const onChange = () => {
    const state = session.state()
    const seen = before
    before = state
    for (const line of linesFor(state, seen)) printer.out(line)
    if (state.phase.at === 'refused' && seen.phase.at !== 'refused') {
      printer.err(`hardenctl: ${state.phase.reason}. ${state.phase.next}`)
    }
    if (state.stopping !== undefined && state.stopping !== seen.stopping) printer.err(state.stopping)
    if (state.stopped !== undefined && state.stopped !== seen.stopped) printer.err(state.stopped)
    if (state.phase === answered) return
    const { phase } = state
    const intent = recommender.intentFor(phase)
    if (intent === undefined) return
    answered = phase
    // After the walk has begun to wait: an intent that nobody waits for is dropped.
    setTimeout(() => session.send(intent), 10)
  }
  const end = session.subscribe(onChange)
  onChange()
  const code = await session.finished
  end()
  return code
}
