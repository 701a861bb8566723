import { BLANK, type Line, widthOf } from '../text/lines.ts'

/** What is there for a body, in columns and rows. */
export interface Room {
  width: number
  height: number
}

/** Key and what it does: ["Space", "tick"]. */
export type KeyHint = readonly [key: string, does: string]

/** One row less than the terminal, and one for the line on which the cursor rests below the frame. */
export function frameHeight(rows: number): number {
  return Math.max(6, rows - 2)
}

/** Of the header: on a low terminal its blank rows go first. */
export function headerRows(rows: number): number {
  return rows >= 18 ? 4 : rows >= 12 ? 3 : 2
}

/** The lines of a header with what stands around them. */
export function headerBlock(lines: readonly Line[], rows: number): Line[] {
  const height = headerRows(rows)
  return [...(height > 3 ? [BLANK] : []), ...lines, ...(height > 2 ? [BLANK] : [])]
}

/** Between body and footer. */
export function gapRows(rows: number): number {
  return rows > 14 ? 1 : 0
}

/** The room that header and footer leave. */
export function roomOf(
  { columns, rows }: { columns: number; rows: number },
  hints: readonly KeyHint[],
): Room {
  const footer = footerLines(hints, columns).length
  const height = Math.max(1, frameHeight(rows) - headerRows(rows) - gapRows(rows) - footer)
  return { width: columns, height }
}

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
