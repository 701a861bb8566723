import type { Phase } from '../../session/walk/state.ts'
import { BLANK, bullet, type Line, line, paragraph, plural, verbatim } from '../text/lines.ts'

export type ConfirmPhase = Extract<Phase, { at: 'confirm' }>

/** What Apply does, in the words of the choice itself. */
export function applyLabel({ target, rehearsal, waits }: ConfirmPhase): string {
  if (rehearsal.state === 'breaks') return 'Continue: see why it broke, and decide'
  if (target === 'rehearsal') return 'Apply in the clone and watch it there'
  if (waits) return 'Apply for its next start'
  return 'Apply to the live service and watch it'
}

/** The most important first: the end may be scrolled out of sight. */
export function planLines(phase: ConfirmPhase, width: number): Line[] {
  return [
    ...(phase.stage === 'all' ? [line('All stages at once.', 'bold')] : []),
    ...brokenLines(phase, width),
    ...paragraph(sentences(phase).join(' '), width),
    ...phase.warnings.flatMap((warning) => bullet(warning, width, '! ', 'warn')),
    BLANK,
    line('hardenctl writes:', 'accent'),
    ...verbatim(phase.dropIn, width - 2).map((written): Line => [{ text: '  ' }, ...written]),
    ...ownershipLines(phase, width),
  ]
}

function brokenLines({ rehearsal }: ConfirmPhase, width: number): Line[] {
  if (rehearsal.state !== 'breaks') return []
  const broke = `It broke in the rehearsal: ${rehearsal.reason}.`
  return bullet(
    `${broke} Nothing is applied yet: the next screen shows why and asks again.`,
    width,
    '! ',
    'warn',
  )
}

const LATER = 'The live unit is not started now: what is kept waits for its next start.'
const IN_CLONE = 'hardenctl applies it in the clone of this host; the live service stays stopped.'

function sentences(phase: ConfirmPhase): string[] {
  const promise =
    'If the service is not healthy afterwards, or you do not answer, hardenctl undoes everything below.'
  const atTheEnd =
    'hardenctl applies it in the clone of this host; the live service restarts once, at the end.'
  const inClone = phase.waits ? IN_CLONE : atTheEnd
  const live = phase.waits ? LATER : promise
  return [...proofSentences(phase), phase.target === 'live' ? live : inClone]
}

function proofSentences({ rehearsal, target, waits }: ConfirmPhase): string[] {
  const live = target === 'live' && !waits
  const restart = live ? ['The live service restarts now.'] : []
  switch (rehearsal.state) {
    case 'proven':
      return ['Proven in a clone just now.', ...restart]
    case 'waiting':
    case 'proving':
      return [
        live
          ? 'hardenctl first waits for the proof in a clone; then the live service restarts.'
          : 'hardenctl first waits for the proof in a clone.',
      ]
    case 'unprovable':
      return [`Not rehearsed: ${rehearsal.reason}.`, ...restart]
    case 'breaks':
      return []
    default:
      return restart
  }
}

function ownershipLines(phase: ConfirmPhase, width: number): Line[] {
  if (phase.ownership.length === 0) return []
  return [
    BLANK,
    line(
      `${plural(phase.ownership.length, 'file or directory gets', 'files or directories get')} another owner:`,
      'accent',
    ),
    ...phase.ownership.flatMap((wish) => {
      const mode = wish.mode === undefined ? '' : `, mode ${wish.mode.toString(8).padStart(4, '0')}`
      const owner = wish.group === undefined ? wish.user : `${wish.user}:${wish.group}`
      return bullet(`${wish.path} → ${owner}${mode}. ${wish.why}`, width)
    }),
  ]
}
