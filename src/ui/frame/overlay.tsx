import { createContext, useContext } from 'react'
import type { Phase } from '../../session/walk/state.ts'
import { useKeys } from '../input/keys.tsx'
import { Scroll, useScrolling } from '../input/scroll.tsx'
import { useSize } from '../terminal/size.ts'
import { BLANK, type Line, line } from '../text/lines.ts'
import { frameHeight, headerRows } from './room.ts'
import { Screen } from './screen.tsx'

export interface Page {
  title: string
  /** Laid out for each width and for the present phase: proofs change while a page is open. */
  lines: (width: number, phase: Phase) => Line[]
}

export const OverlayContext = createContext<{ page: Page | undefined; open: (page: Page) => void }>({
  page: undefined,
  open: () => {},
})

/** For a screen: its open page, and a way to open one. */
export function useOverlay() {
  return useContext(OverlayContext)
}

interface OverlayProps {
  page: Page
  phase: Phase
  onClose: () => void
}

export function Overlay({ page, phase, onClose }: OverlayProps) {
  const { columns, rows } = useSize()
  const lines: Line[] = [line(page.title, 'bold'), BLANK, ...page.lines(columns, phase)]
  const scrolling = useScrolling(lines.length)
  const height = Math.max(1, frameHeight(rows) - headerRows(rows) - 2)
  useKeys((key) => {
    if (!scrolling.move(key, height)) onClose()
    return true
  }, 'overlay')
  return (
    <Screen
      question={`overlay ${page.title}`}
      hints={[
        ['↑↓', 'scroll'],
        ['any other key', 'closes'],
      ]}
    >
      {(room) => <Scroll lines={lines} height={room.height} offset={scrolling.offset(room.height)} />}
    </Screen>
  )
}
