import { proposalText } from '../../session/walk/failure-words.ts'
import type { PhaseAt } from '../../session/walk/questions.ts'
import type { WalkState } from '../../session/walk/state.ts'
import { headerLines } from '../frame/header-lines.ts'
import { isIntroducing, targetOf } from '../screen-key.ts'
import { CHECKS_ARE_FOR, OTHERWISE, RESTARTS } from '../screens/baseline-words.ts'
import { reportLines, waysOf } from '../screens/failed-words.ts'
import { keepLines, proofLines } from '../screens/keep-words.ts'
import { counts, doubts, found } from '../screens/learning-words.ts'
import { applyLabel, planLines } from '../screens/plan-lines.ts'
import { purposeOf } from '../screens/trial-words.ts'
import { introductionPage } from '../text/introduction.ts'
import { bullet, type Line, labelled, paragraph, seconds } from '../text/lines.ts'
import { summaryLines } from '../text/summary.ts'
import { type Choice, numbered, type PlainScreen } from './choices.ts'
import { stageScreen } from './plain-stage.ts'

/** What a person has opened or unticked on the present screen, which the session does not know. */
export interface Local {
  row?: string
  unticked: ReadonlySet<string>
}

/** What is shown of a state, and what may be answered. */
export function plainScreen(state: WalkState, local: Local, width: number, now: number): PlainScreen {
  if (isIntroducing(state))
    return {
      lines: introductionPage(width, state),
      choices: numbered([{ label: 'Begin', act: { send: { do: 'begin' } } }]),
    }
  const { lines, choices } = phaseScreen(state, local, width, now)
  return { lines: [...headerLines(state, width), ...lines], choices }
}

function phaseScreen(state: WalkState, local: Local, width: number, now: number): PlainScreen {
  const { phase } = state
  const target = targetOf(state)
  switch (phase.at) {
    case 'looking':
      return silent([...paragraph(`${phase.what} …`, width), ...notesOf(phase.notes, width)])
    case 'refused':
      return silent([...labelled('Reason', phase.reason, width), ...labelled('What next', phase.next, width)])
    case 'question':
      return questionScreen(phase, width)
    case 'baseline':
      return baselineScreen(phase, width)
    case 'stage':
      return stageScreen(phase, local.row, width)
    case 'learning':
      return learningScreen(phase, width)
    case 'confirm':
      return confirmScreen(phase, width)
    case 'trial':
      return silent(paragraph(purposeOf(phase, target), width))
    case 'keep':
      return keepScreen(phase, target, width, now)
    case 'failed':
      return failedScreen(phase, target, local, width)
    case 'done':
      return silent(summaryLines(phase.summary, width))
    default:
      return phase satisfies never
  }
}

function silent(lines: Line[]): PlainScreen {
  return { lines, choices: [] }
}

function notesOf(notes: readonly string[] = [], width: number): Line[] {
  return notes.flatMap((note) => bullet(note, width))
}

function questionScreen({ text, yes, no }: PhaseAt<'question'>, width: number): PlainScreen {
  return {
    lines: text.flatMap((one) => paragraph(one, width)),
    choices: numbered([
      { label: yes, act: { send: { do: 'answer', yes: true } } },
      { label: no, act: { send: { do: 'answer', yes: false } } },
    ]),
  }
}

/** "[x] GET http://127.0.0.1/ 200 ×3" */
export function checkText({ ticked, label, answered }: PhaseAt<'baseline'>['checks'][number]): string {
  return `[${ticked ? 'x' : ' '}] ${label}${answered === undefined ? '' : ` ${answered}`}`
}

function baselineScreen(phase: PhaseAt<'baseline'>, width: number): PlainScreen {
  if (phase.measuring) return silent(paragraph('Asking the service …', width))
  const { restarts } = phase
  const rows = phase.checks.map((check): Choice => {
    return { label: checkText(check), act: { send: { do: 'toggle-check', id: check.id } } }
  })
  const choices: Choice[] = [
    { label: 'Measure and continue', act: { send: { do: 'measure' } } },
    ...(restarts
      ? [{ label: sentenceCase(OTHERWISE[restarts]), act: { send: { do: 'toggle-restarts' } } } as const]
      : []),
    {
      label: 'Add a check: an http:// address, tcp:HOST:PORT, unix:/PATH, or a command',
      act: { ask: 'Type the check:', take: (text) => ({ do: 'add-check', text }) },
    },
  ]
  return {
    lines: [
      ...paragraph(CHECKS_ARE_FOR, width),
      ...(restarts ? paragraph(RESTARTS[restarts], width) : []),
      ...notesOf(phase.notes, width),
      ...(phase.problem === undefined ? [] : paragraph(phase.problem, width)),
    ],
    choices: numbered(choices, rows),
  }
}

function sentenceCase(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function learningScreen(phase: PhaseAt<'learning'>, width: number): PlainScreen {
  return {
    lines: [
      ...paragraph('The live service works as usual, and hardenctl learns from its traffic.', width),
      ...paragraph(counts(phase), width),
      ...doubts(phase, width),
      ...notesOf(found(phase), width),
    ],
    choices: numbered([{ label: 'End it', act: { send: { do: 'end-learning' } } }]),
  }
}

function confirmScreen(phase: PhaseAt<'confirm'>, width: number): PlainScreen {
  const back = phase.stage === 'all' ? 'Leave the live service as it is' : 'Back to the list'
  return {
    lines: planLines(phase, width),
    choices: numbered([
      { label: applyLabel(phase), act: { send: { do: 'apply' } } },
      { label: back, act: { send: { do: 'back' } } },
    ]),
  }
}

/** "Without an answer hardenctl rolls back in 30 s." */
export function deadlineText({ deadline }: PhaseAt<'keep'>, now: number): string {
  return `Without an answer hardenctl rolls back in ${seconds(deadline, now)} s.`
}

const INSISTED = 'keep'

function keepScreen(
  phase: PhaseAt<'keep'>,
  target: WalkState['target'],
  width: number,
  now: number,
): PlainScreen {
  const unseen = phase.login !== undefined && phase.login.seen === undefined
  const back: Choice = { label: 'Roll back', act: { send: { do: 'keep', yes: false } } }
  const more: Choice = { label: 'More time', act: { send: { do: 'more-time' } } }
  const keep: Choice = { label: 'Keep it', act: { send: { do: 'keep', yes: true } } }
  const insist: Choice = {
    label: 'Keep it without a new login',
    act: {
      ask: `Type ${INSISTED} to keep it without a new login:`,
      take: (text) =>
        text.toLowerCase() === INSISTED ? { do: 'keep', yes: true, withoutLogin: true } : undefined,
    },
  }
  return {
    lines: [
      ...keepLines({ phase, target }, now, width),
      ...proofLines(phase, width),
      ...paragraph(deadlineText(phase, now), width),
    ],
    choices: numbered(unseen ? [back, more, insist] : [keep, back, more]),
  }
}

function failedScreen(
  phase: PhaseAt<'failed'>,
  target: WalkState['target'],
  { unticked }: Local,
  width: number,
): PlainScreen {
  const relaxed = phase.relaxations.filter(({ id }) => !unticked.has(id)).map(({ id }) => id)
  const rows = phase.relaxations.map(
    (one): Choice => ({
      label: `[${unticked.has(one.id) ? ' ' : 'x'}] ${proposalText(one)}`,
      act: { tick: one.id },
    }),
  )
  const ways = waysOf(phase, relaxed).map(({ label, intent }): Choice => ({ label, act: { send: intent } }))
  return { lines: reportLines(phase, target, width), choices: numbered(ways, rows) }
}
