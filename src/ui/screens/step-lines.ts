import type { StepRow } from '../../session/walk/rows.ts'
import { clip, type Line, pad, type Tone, widthOf } from '../text/lines.ts'

const STATES: Record<StepRow['state'], { mark: string; word: string; tone?: Tone }> = {
  waiting: { mark: '·', word: 'waiting', tone: 'dim' },
  running: { mark: '▸', word: 'running', tone: 'accent' },
  done: { mark: '✔', word: 'done', tone: 'good' },
  failed: { mark: '✖', word: 'failed', tone: 'bad' },
}

/** `elapsed` is for the running step: milliseconds since it was first seen running. */
export function stepLines(steps: StepRow[], width: number, elapsed: (id: string) => number): Line[] {
  const longest = Math.max(10, ...steps.map((step) => widthOf(step.label)))
  const column = Math.min(longest, Math.max(10, width - 22))
  return steps.flatMap((step) => {
    const { mark, word, tone } = STATES[step.state]
    const ms = step.ms ?? (step.state === 'running' ? elapsed(step.id) : undefined)
    const row: Line = [
      { text: `${mark} `, tone },
      {
        text: `${pad(clip(step.label, column), column)}  `,
        tone: step.state === 'waiting' ? 'dim' : undefined,
      },
      { text: pad(word, 8), tone },
      { text: ms === undefined ? '' : duration(ms, step.state === 'running'), tone: 'dim' },
    ]
    return step.detail ? [row, [{ text: `    ${clip(step.detail, width - 4)}`, tone: 'dim' }]] : [row]
  })
}

function duration(ms: number, running: boolean): string {
  // Tenths of a running step would only flicker.
  if (running) return `${Math.floor(ms / 1000)} s`
  return ms < 50 ? '' : `${(ms / 1000).toFixed(1)} s`
}

/** The part that is being worked on stays in sight. */
export function stepWindow(lines: Line[], steps: StepRow[], height: number): Line[] {
  if (lines.length <= height) return lines
  const running = steps.findLastIndex((step) => step.state !== 'waiting')
  const start = Math.min(Math.max(0, running - Math.floor(height / 2)), lines.length - height)
  return lines.slice(start, start + height)
}
