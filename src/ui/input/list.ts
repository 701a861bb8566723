import { useReducer, useRef } from 'react'
import type { Key } from './keys.tsx'

/** First visible index of a window of `height` over `count` items that shows `cursor`, moving no more than needed. */
export function windowStart(previous: number, cursor: number, count: number, height: number): number {
  const last = Math.max(0, count - height)
  const start = cursor < previous ? cursor : cursor >= previous + height ? cursor - height + 1 : previous
  return Math.min(Math.max(0, start), last)
}

export interface Cursor {
  /** The present position, even within a bunch of keys that is not drawn yet. */
  current(): number
  move(key: Key, page?: number): boolean
}

/**
 * A position in a list. Kept in a ref and not in a state, because several keys may come before the next frame:
 * "Down Down Space" must tick the row two below.
 */
export function useCursor(count: number, initial = 0): Cursor {
  const position = useRef(initial)
  const [, redraw] = useReducer((times: number) => times + 1, 0)
  const clamp = (index: number) => Math.min(Math.max(0, index), Math.max(0, count - 1))
  return {
    current: () => clamp(position.current),
    move(key, page = 5) {
      const target = destination(key, clamp(position.current), count, page)
      if (target === undefined) return false
      position.current = clamp(target)
      redraw()
      return true
    },
  }
}

/** A position in a list whose items move: it follows its item. If the item is gone, it stays at the same index. */
export function useCursorOn(ids: readonly string[]): Cursor {
  const on = useRef<{ id: string | undefined; index: number }>({ id: undefined, index: 0 })
  const [, redraw] = useReducer((times: number) => times + 1, 0)
  const clamp = (index: number) => Math.min(Math.max(0, index), Math.max(0, ids.length - 1))
  const current = () => {
    const found = ids.indexOf(on.current.id ?? '')
    const index = found === -1 ? clamp(on.current.index) : found
    on.current = { id: ids[index], index }
    return index
  }
  return {
    current,
    move(key, page = 5) {
      const target = destination(key, current(), ids.length, page)
      if (target === undefined) return false
      const index = clamp(target)
      on.current = { id: ids[index], index }
      redraw()
      return true
    },
  }
}

function destination(key: Key, from: number, count: number, page: number): number | undefined {
  switch (key) {
    case 'up':
    case 'k':
      return from - 1
    case 'down':
    case 'j':
      return from + 1
    case 'pageup':
      return from - page
    case 'pagedown':
      return from + page
    case 'home':
      return 0
    case 'end':
      return count - 1
    default:
      return undefined
  }
}
