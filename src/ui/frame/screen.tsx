import { Box } from 'ink'
import type { ReactNode } from 'react'
import { useOpen } from '../input/keys.tsx'
import { useSize } from '../terminal/size.ts'
import { Footer } from './footer.tsx'
import { gapRows, type KeyHint, type Room, roomOf } from './room.ts'

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
  return (
    <Box flexDirection="column">
      {children(roomOf({ columns, rows }, hints))}
      <Box marginTop={gapRows(rows)}>
        <Footer hints={hints} columns={columns} open={open} />
      </Box>
    </Box>
  )
}
