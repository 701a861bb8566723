import { formatScore, rated, rating } from '../../session/store/score.ts'
import type { Summary } from '../../session/walk/state.ts'
import { BLANK, bullet, clip, type Line, labelled, line, pad, paragraph, verbatim, widthOf } from './lines.ts'

/** Bars against the full scale of 10, so that half as long is half as exposed. */
function curveLines(summary: Summary, width: number): Line[] {
  const points = summary.curve
  const column = Math.min(
    Math.max(8, ...points.map(({ label }) => widthOf(label))),
    Math.max(8, Math.floor(width / 3)),
  )
  const numbers = 4 + 2 + 9 + 2
  const bar = Math.max(4, Math.min(40, width - column - 2 - numbers))
  return points.map(({ label, exposure }) => {
    const filled = Math.round((Math.min(100, Math.max(0, exposure)) / 100) * bar)
    return [
      {
        text: `${pad(clip(label, column), column)}  ${formatScore(exposure).padStart(4)}  ${pad(rating(exposure), 9)}  `,
      },
      { text: '█'.repeat(filled), tone: 'accent' },
      { text: '░'.repeat(bar - filled), tone: 'dim' },
    ]
  })
}

function verdict({ healthy, asked, oneshot, stopped }: Summary): string {
  if (!healthy) return 'The service is NOT healthy. Look at it now.'
  if (oneshot === 'ran') return 'It ran once with all that is kept, and ended with success.'
  if (oneshot === 'waits') return 'It is at rest: it was proven in clones, and has not run here since.'
  if (stopped) return 'It is stopped, as it was before: it was not started on this host.'
  if (asked) return 'The service is healthy.'
  return 'The service is up and listens as before. No check could ask it anything: use it now to see whether it works.'
}

function toneOf({ healthy, asked, oneshot, stopped }: Summary): 'good' | 'warn' | 'bad' {
  if (!healthy) return 'bad'
  if (stopped) return 'warn'
  return oneshot === 'ran' || (oneshot === undefined && asked) ? 'good' : 'warn'
}

export function summaryLines(summary: Summary, width: number): Line[] {
  const changed = summary.dropIn.trim() !== ''
  return [
    ...paragraph(`Exposure ${rated(summary.stock)} → ${rated(summary.final)}`, width, 'bold'),
    ...paragraph(verdict(summary), width, toneOf(summary)),
    BLANK,
    ...curveLines(summary, width),
    BLANK,
    ...(changed
      ? labelled('Written to', summary.dropInPath, width)
      : paragraph('Nothing was kept; the service runs as before.', width)),
    ...(changed && summary.undo ? labelled('To undo', summary.undo, width) : []),
    ...summary.notes.flatMap((note) => bullet(note, width)),
    ...(changed ? [BLANK, line(summary.dropInPath, 'accent'), ...verbatim(summary.dropIn, width)] : []),
  ]
}
