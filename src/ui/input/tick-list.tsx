import { Box } from 'ink'
import { useRef } from 'react'
import { Row } from '../frame/draw.tsx'
import type { Line, Segment } from '../text/lines.ts'
import { windowStart } from './list.ts'

export interface TickItem {
  id: string
  /** undefined: there is nothing to tick; the text stands where the others' does. */
  ticked?: boolean | undefined
  /** No room is left for a box. */
  boxless?: boolean
  rest: Segment[]
}

interface TickListProps {
  items: TickItem[]
  cursor: number
  height: number
}

export function TickList({ items, cursor, height }: TickListProps) {
  const start = useRef(0)
  start.current = windowStart(start.current, cursor, items.length, height)
  const visible = items.slice(start.current, start.current + height)
  return (
    <Box flexDirection="column" aria-role="listbox">
      {visible.map((item, index) => {
        const here = start.current + index === cursor
        return (
          <Box
            key={item.id}
            aria-role="option"
            aria-state={{
              selected: here,
              checked: item.ticked === true,
              disabled: item.ticked === undefined,
            }}
          >
            <Row>{tickLine(item, here)}</Row>
          </Box>
        )
      })}
    </Box>
  )
}

function tickLine(item: TickItem, here: boolean): Line {
  const box = item.boxless ? '' : item.ticked === undefined ? '    ' : item.ticked ? '[x] ' : '[ ] '
  const first: Segment = { text: here ? '▸ ' : '  ', tone: 'accent' }
  return [
    first,
    { text: box, tone: here ? 'bold' : undefined },
    ...item.rest.map((part) => emphasise(part, here)),
  ]
}

function emphasise(segment: Segment, here: boolean): Segment {
  return here && segment.tone === undefined ? { ...segment, tone: 'bold' } : segment
}
