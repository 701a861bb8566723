import { createContext, useContext } from 'react'
import { headerRows } from './header.tsx'
import { useKeys } from './keys.tsx'
import { BLANK, type Line, line } from './lines.ts'
import { Screen } from './screen.tsx'
import { Scroll, useScrolling } from './scroll.tsx'
import { frameHeight, useSize } from './size.ts'

export interface Page {
  title: string
  /** Laid out anew for each width. */
  lines: (width: number) => Line[]
}

export const OverlayContext = createContext<{ page: Page | undefined; open: (page: Page) => void }>({
  page: undefined,
  open: () => {},
})

/** For a screen: what lies over it, and a way to lay something over it. */
export function useOverlay() {
  return useContext(OverlayContext)
}

export function Overlay({ page, onClose }: { page: Page; onClose: () => void }) {
  const { columns, rows } = useSize()
  const lines: Line[] = [line(page.title, 'bold'), BLANK, ...page.lines(columns)]
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
