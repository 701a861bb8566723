import { Rows } from './draw.tsx'
import { footerLines, type KeyHint } from './room.ts'

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
