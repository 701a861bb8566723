import { rated } from '../../session/store/score.ts'
import type { Phase, WalkState } from '../../session/walk/state.ts'
import { BLANK, bullet, type Line, paragraph } from '../text/lines.ts'

export type KeepPhase = Extract<Phase, { at: 'keep' }>

interface Kept {
  phase: KeepPhase
  target: WalkState['target']
}

function verdict({ phase, target }: Kept): string {
  const change = phase.stage === 'all' ? 'the change of all stages' : 'the change'
  if (target === 'live') return `The live service runs with ${change} and is healthy. Keep it?`
  return `The service in the clone runs with ${change} and is healthy. Keep it? The live service is not touched.`
}

/** What a service that lets people log in needs before it is kept. */
function loginLines({ login }: KeepPhase, now: number, width: number): Line[] {
  if (login === undefined) return []
  if (login.seen === undefined) {
    const text = `${login.by} lets people log in to this machine. Log in again now from another terminal, and stay logged in here: only a new login shows that you still can.`
    return [...paragraph(text, width, 'warn'), BLANK]
  }
  const { user, at } = login.seen
  const ago = Math.max(0, Math.round((now - at) / 1000))
  const text = `${login.by} lets people log in to this machine. hardenctl saw ${user} log in ${ago} s ago.`
  return [...paragraph(text, width), BLANK]
}

/** What no check tells, before what the checks tell. */
function warningLines({ warnings = [] }: KeepPhase, width: number): Line[] {
  if (warnings.length === 0) return []
  const lines = warnings.flatMap((text) => paragraph(`Other than before: ${text}`, width, 'warn'))
  return [...lines, BLANK]
}

/** What is asked, and what a person should know first. */
export function keepLines({ phase, target }: Kept, now: number, width: number): Line[] {
  return [
    ...paragraph(verdict({ phase, target }), width, 'bold'),
    ...paragraph(`Exposure ${rated(phase.before)} → ${rated(phase.after)}`, width),
    BLANK,
    ...loginLines(phase, now, width),
    ...warningLines(phase, width),
  ]
}

/** What the checks tell. */
export function proofLines({ proof }: KeepPhase, width: number): Line[] {
  return proof.flatMap((text) => bullet(text, width, '✔ '))
}
