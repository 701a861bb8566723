import { type Line, widthOf } from '../text/lines.ts'
import { Rows } from './draw.tsx'

/** Key and what it does: ["Space", "tick"]. */
export type KeyHint = readonly [key: string, does: string]

/** Packed into as few rows as the width allows. */
export function footerLines(hints: readonly KeyHint[], columns: number): Line[] {
  const lines: Line[] = []
  let used = 0
  for (const [key, does] of hints) {
    const width = widthOf(key) + 1 + widthOf(does)
    const current = lines.at(-1)
    const segments: Line = [
      { text: key, tone: 'bold' },
      { text: ` ${does}`, tone: 'dim' },
    ]
    if (current && used + 3 + width <= columns) {
      current.push({ text: '   ' }, ...segments)
      used += 3 + width
    } else {
      lines.push(segments)
      used = width
    }
  }
  return lines
}

/** Blank while keys don't count yet, so that what it offers is always true. */
export function Footer({
  hints,
  columns,
  open,
}: {
  hints: readonly KeyHint[]
  columns: number
  open: boolean
}) {
  const lines = footerLines(hints, columns)
  return <Rows lines={open ? lines : lines.map(() => [{ text: '' }])} />
}
