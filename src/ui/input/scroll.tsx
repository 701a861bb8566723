import { Box } from 'ink'
import { Rows } from '../frame/draw.tsx'
import { type Line, line } from '../text/lines.ts'
import type { Key } from './keys.tsx'
import { useCursor } from './list.ts'

export interface Scrolling {
  offset(height: number): number
  move(key: Key, height: number): boolean
}

/** A place in a text that may be longer than its room. */
export function useScrolling(length: number): Scrolling {
  const cursor = useCursor(length)
  return {
    offset: (height) => Math.min(cursor.current(), lastOffset(length, height)),
    move(key, height) {
      // The end must be the last full page, or the first key up would do nothing.
      const beyond = cursor.current() - lastOffset(length, height)
      for (let step = 0; step < beyond; step++) cursor.move('up')
      return cursor.move(key === ' ' ? 'pagedown' : key === 'b' ? 'pageup' : key, Math.max(1, height - 2))
    },
  }
}

/** One row of the room says where one is. */
function lastOffset(length: number, height: number): number {
  return Math.max(0, length - Math.max(1, height - 1))
}

interface ScrollProps {
  lines: Line[]
  height: number
  offset: number
  /** Keys that move it, shown when there is more than fits. */
  keys?: string
}

/** Exactly as many rows as needed, at most `height`; the last one says where one is. */
export function Scroll({ lines, height, offset, keys = '↑↓' }: ScrollProps) {
  if (lines.length <= height) return <Rows lines={lines} />
  const room = Math.max(1, height - 1)
  const start = Math.min(offset, lines.length - room)
  const place = `lines ${start + 1}–${start + room} of ${lines.length}, ${keys} scroll`
  return (
    <Box flexDirection="column">
      <Rows lines={lines.slice(start, start + room)} />
      <Rows lines={[line(`── ${place} ──`, 'dim')]} />
    </Box>
  )
}
