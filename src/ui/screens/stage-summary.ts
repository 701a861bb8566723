import type { Stage } from '../../catalog/common/types.ts'
import type { Row } from '../../session/walk/rows.ts'
import type { StagePhase } from '../../session/walk/state.ts'
import type { Room } from '../frame/room.ts'
import { clip, type Line, line, widthOf, wrap } from '../text/lines.ts'
import { hasVerdict, isInsistedOn, proofSentence, proofTone, shortSentence } from './proof-words.ts'

/** The purpose of the stage, for somebody who sees it for the first time. */
const ABOUT: Record<Stage, string> = {
  capabilities: 'Takes powers of root from the service.',
  user: 'Chooses the account that runs the service.',
  filesystem: 'Limits the files that the service may read, write and run.',
  system: 'Limits the parts of the system that the service can reach.',
  syscalls: 'Limits the requests that the service may make to the kernel.',
}

/** Below these the rows of the list are worth more. */
const ROOM_FOR_ABOUT = 12
const ROOM_FOR_WRAPPING = 9

/** How many rows are ticked, and what the clones say of them as a whole. */
export function stageSummary(phase: StagePhase, { width, height }: Room): Line[] {
  const offered = phase.rows.filter((row) => !row.unavailable)
  if (offered.length === 0) return [line(clip('This stage has nothing to change; Enter continues.', width))]
  const insisted = offered.filter(isInsistedOn).length
  const count = ticks(offered, insisted)
  const about = phase.learnedLive ?? ABOUT[phase.stage]
  if (phase.set.state === 'none') {
    const text = insisted > 0 ? count : `${about} ${count}`
    return [line(clip(text, width), insisted > 0 ? 'warn' : undefined)]
  }
  const text = `${count} ${together(phase, offered, width - widthOf(count) - 1)}`
  const wrapped = height >= ROOM_FOR_WRAPPING ? twoLines(text, width) : [clip(text, width)]
  const [first = '', ...more] = wrapped
  const tone = proofTone(phase.set)
  return [
    ...(height >= ROOM_FOR_ABOUT ? [line(clip(about, width))] : []),
    [
      { text: first.slice(0, count.length), tone: insisted > 0 ? 'warn' : undefined },
      { text: first.slice(count.length), tone },
    ],
    ...more.map((part) => line(part, tone)),
  ]
}

function ticks(offered: Row[], insisted: number): string {
  const count = `${offered.filter((row) => row.ticked).length} of ${offered.length} ticked`
  if (insisted === 0) return `${count}.`
  return `! ${count}, ${insisted} of them ${insisted === 1 ? 'breaks' : 'break'}.`
}

/** The longest wording that fits; a reason is never left out. */
function together(phase: StagePhase, offered: Row[], width: number): string {
  const whole = `Together: ${proofSentence(phase.set)}.`
  const short = phase.set.state === 'proven' ? `Together: ${shortSentence(phase.set)}.` : whole
  const progress = phase.proving ? progressOf(offered) : ''
  const wordings = [whole + progress, short + progress, whole, short]
  return wordings.find((wording) => widthOf(wording) <= width) ?? short
}

/** Moves only when a row does: nothing is redrawn over ssh for the sake of movement. */
function progressOf(offered: Row[]): string {
  const asked = offered.filter(({ proof }) => proof.state !== 'none')
  if (asked.length === 0) return ''
  return ` Rows: ${asked.filter(({ proof }) => hasVerdict(proof)).length} of ${asked.length} done.`
}

function twoLines(text: string, width: number): string[] {
  const [first = '', ...more] = wrap(text, width)
  return more.length === 0 ? [first] : [first, clip(more.join(' '), width)]
}
