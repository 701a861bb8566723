import type { OverviewState } from '../../session/overview/overview.ts'
import { clip, type Line, line, paragraph } from '../text/lines.ts'

/** What stands above the list: a question, a note, problems, the filter. */
export function topLines(
  { asking, note, problems, filter, shown, looking }: OverviewState,
  typing: boolean,
  width: number,
): Line[] {
  const field: Line[] =
    typing || filter !== ''
      ? [
          [
            { text: 'Filter: ', tone: 'accent' },
            { text: clip(filter, width - 12) },
            ...(typing ? [{ text: '█', tone: 'dim' as const }] : []),
          ],
        ]
      : []
  const question =
    asking === undefined
      ? []
      : paragraph(
          `Undo everything that hardenctl keeps for ${asking.unit}? The service restarts.`,
          width,
          'warn',
        )
  const none =
    shown.length > 0
      ? []
      : [line(looking ? 'Asking systemd for the services …' : 'No service matches the filter.', 'dim')]
  return [
    ...question,
    ...(note === undefined ? [] : paragraph(note, width, 'warn')),
    ...problems.slice(0, 1).map((problem) => line(clip(problem, width), 'bad')),
    ...field,
    ...none,
  ]
}
