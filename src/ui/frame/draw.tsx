import { Box, Text, type TextProps } from 'ink'
import type { Line, Tone } from '../text/lines.ts'

const STYLES: Record<Tone, TextProps> = {
  bold: { bold: true },
  dim: { dimColor: true },
  good: { color: 'green' },
  warn: { color: 'yellow' },
  bad: { color: 'red', bold: true },
  accent: { color: 'cyan' },
}

export function Row({ children }: { children: Line }) {
  return (
    <Text wrap="truncate-end">
      {children.map((segment, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: segments have no identity but their place.
        <Text key={index} {...(segment.tone ? STYLES[segment.tone] : {})}>
          {/* An empty row would take no height at all. */}
          {segment.text === '' && children.length === 1 ? ' ' : segment.text}
        </Text>
      ))}
    </Text>
  )
}

/** At most `height` rows; what doesn't fit is left out. */
export function Rows({ lines, height = lines.length }: { lines: Line[]; height?: number }) {
  return (
    <Box flexDirection="column">
      {lines.slice(0, Math.max(0, height)).map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows are places on the screen.
        <Row key={index}>{line}</Row>
      ))}
    </Box>
  )
}

/** Time that runs out: a screen reader is told that the number moves by itself. */
export function Countdown({ lines }: { lines: Line[] }) {
  return (
    <Box flexDirection="column" aria-role="timer">
      <Rows lines={lines} />
    </Box>
  )
}
