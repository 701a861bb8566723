import { Box } from 'ink'
import { useKeys } from '../input/keys.tsx'
import { type Choice, Menu } from '../input/menu.tsx'
import { Scroll, useScrolling } from '../input/scroll.tsx'
import type { Line } from '../text/lines.ts'

interface TextMenuProps<Value extends string> {
  lines: Line[]
  /** Rows for all of it. */
  height: number
  /** Keys that move the text, as the person is told: the arrows move in the menu. */
  keys: string
  choices: [Choice<Value>, Choice<Value>]
  onChoose: (value: Value) => void
}

/** A text that may be longer than its room, above two choices. */
export function TextMenu<Value extends string>({
  lines,
  height,
  keys,
  choices,
  onChoose,
}: TextMenuProps<Value>) {
  const scrolling = useScrolling(lines.length)
  // The choices, and a blank row above them.
  const room = height - choices.length - 1
  // The menu below is asked first and takes the arrows.
  useKeys((key) => scrolling.move(key, room))
  return (
    <Box flexDirection="column" gap={1}>
      <Scroll lines={lines} height={room} offset={scrolling.offset(room)} keys={keys} />
      <Menu choices={choices} onChoose={onChoose} />
    </Box>
  )
}
