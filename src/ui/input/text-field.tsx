import { useReducer, useRef } from 'react'
import { Row } from '../frame/draw.tsx'
import { clipStart, widthOf } from '../text/lines.ts'
import { useKeys } from './keys.tsx'

interface TextFieldProps {
  label: string
  width: number
  onEnter: (text: string) => void
  onEscape: () => void
}

const letters = new Intl.Segmenter()

/** Without its last letter, and the marks that stand on it. */
function withoutLast(text: string): string {
  return text.slice(0, [...letters.segment(text)].at(-1)?.index ?? 0)
}

/** One line of text, typed at its end. Takes every key while it is there. */
export function TextField({ label, width, onEnter, onEscape }: TextFieldProps) {
  const text = useRef('')
  const [, redraw] = useReducer((times: number) => times + 1, 0)
  useKeys((key) => {
    if (key === 'enter') {
      // Further keys of the same bunch are for the screen that returns.
      const typed = text.current.trim()
      text.current = ''
      if (typed === '') onEscape()
      else onEnter(typed)
    } else if (key === 'escape') onEscape()
    else if (key === 'backspace') text.current = withoutLast(text.current)
    else if ([...key].length === 1) text.current += key
    redraw()
    return true
  }, 'field')
  // The person types at the end, so the beginning is cut.
  const shown = clipStart(text.current, Math.max(4, width - widthOf(label) - 3))
  return <Row>{[{ text: `${label} `, tone: 'accent' }, { text: shown }, { text: '█', tone: 'dim' }]}</Row>
}
