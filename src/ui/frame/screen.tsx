import { Box } from 'ink'
import type { ReactNode } from 'react'
import { useOpen } from '../input/keys.tsx'
import { frameHeight, useSize } from '../terminal/size.ts'
import { Footer, footerLines, type KeyHint } from './footer.tsx'
import { headerRows } from './header.tsx'

export interface Room {
  width: number
  height: number
}

interface ScreenProps {
  /** Names the question, see `screenKeyOf`. */
  question: string
  hints: readonly KeyHint[]
  /** Draws into a room of exactly known size. */
  children: (room: Room) => ReactNode
}

/** Body and footer below the header. The body is told how many rows it may take and must not take more. */
export function Screen({ question, hints, children }: ScreenProps) {
  const { columns, rows } = useSize()
  const open = useOpen(question)
  const footer = footerLines(hints, columns).length
  const gap = rows > 14 ? 1 : 0
  const height = Math.max(1, frameHeight(rows) - headerRows(rows) - gap - footer)
  return (
    <Box flexDirection="column">
      {children({ width: columns, height })}
      <Box marginTop={gap}>
        <Footer hints={hints} columns={columns} open={open} />
      </Box>
    </Box>
  )
}
