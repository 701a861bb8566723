import { Box } from 'ink'
import { useRef } from 'react'
import type { ServiceRow } from '../../session/overview/row.ts'
import { Row } from '../frame/draw.tsx'
import { windowStart } from '../input/list.ts'
import { rowLine } from './overview-lines.ts'

interface ServiceListProps {
  rows: readonly ServiceRow[]
  cursor: number
  width: number
  height: number
}

export function ServiceList({ rows, cursor, width, height }: ServiceListProps) {
  const start = useRef(0)
  start.current = windowStart(start.current, cursor, rows.length, height)
  return (
    <Box flexDirection="column" aria-role="listbox">
      {rows.slice(start.current, start.current + height).map((row, index) => {
        const here = start.current + index === cursor
        return (
          <Box key={row.unit} aria-role="option" aria-state={{ selected: here }}>
            <Row>{rowLine(row, here, width)}</Row>
          </Box>
        )
      })}
    </Box>
  )
}
