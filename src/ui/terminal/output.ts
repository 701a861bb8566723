import { toAscii } from '../text/ascii.ts'

export interface OutputOptions {
  ascii: boolean
  /** Called after a resize, before Ink draws again. */
  onResize: () => void
  /** Lines that stood above the frame and are wanted again after the screen was cleared. */
  above: () => string[]
}

const CLEAR_SCREEN = '\x1b[H\x1b[2J'
const SETTLE_MS = 60

/**
 * Ink 6.8 forgets, when it redraws single lines of a frame that has not become shorter, that the cursor rests
 * below the last line: it goes up one row too few, and every update would be drawn one row further down. Such a
 * write is known by its beginning; one for a shorter frame starts with an erasure.
 */
function oneRowHigher(chunk: string): string {
  return chunk.replace(/^\x1b\[(\d+)A/, (_, rows: string) => `\x1b[${Number(rows) + 1}A`)
}

/**
 * The terminal as Ink is allowed to see it. Ink 6 clears the scrollback (ESC[3J) whenever its frame is as high
 * as the terminal, which a resize can cause at any time; and after a resize its line-by-line updates start from
 * a wrong row, because the terminal has wrapped the old lines anew. So Ink is told of endless rows, the screens
 * keep their own height, and a resize clears the visible part only and draws everything again.
 */
export function safeOutput(stdout: NodeJS.WriteStream, options: OutputOptions): NodeJS.WriteStream {
  const ink = {
    muted: false,
    columns: undefined as number | undefined,
    /** Written once in the place of Ink's next write. */
    instead: undefined as string | undefined,
    resized: new Map<Listener, Listener>(),
  }

  const translate = (text: string) => (options.ascii ? toAscii(oneRowHigher(text)) : oneRowHigher(text))
  const write = (chunk: unknown, ...rest: unknown[]): boolean => {
    const done = rest.find((item) => typeof item === 'function') as (() => void) | undefined
    if (ink.muted) {
      if (done) setImmediate(done)
      return true
    }
    if (ink.instead !== undefined) {
      const text = translate(ink.instead)
      ink.instead = undefined
      return stdout.write(text, ...(rest as []))
    }
    return stdout.write(typeof chunk === 'string' ? translate(chunk) : (chunk as Uint8Array), ...(rest as []))
  }

  const watch = (repaint: Listener): Listener => {
    let timer: NodeJS.Timeout | undefined
    return () => {
      ink.muted = true
      options.onResize()
      clearTimeout(timer)
      // Dragging a window's edge resizes many times a second, and React needs a turn to lay out anew.
      timer = setTimeout(() => {
        // Ink forgets its last frame only when the terminal became narrower: let it believe so.
        ink.columns = (stdout.columns || 80) + 1
        repaint()
        ink.columns = undefined
        ink.muted = false
        // Ink begins by erasing as many rows as its frame had; they are elsewhere now.
        ink.instead =
          CLEAR_SCREEN +
          options
            .above()
            .map((text) => `${text}\n`)
            .join('')
        repaint()
        ink.instead = undefined
      }, SETTLE_MS)
    }
  }

  const on = (name: string, listener: Listener) => {
    const wrapped = name === 'resize' ? watch(listener) : listener
    ink.resized.set(listener, wrapped)
    stdout.on(name, wrapped)
    return proxy
  }
  const off = (name: string, listener: Listener) => {
    stdout.off(name, ink.resized.get(listener) ?? listener)
    return proxy
  }

  const proxy: NodeJS.WriteStream = new Proxy(stdout, {
    get(target, name) {
      if (name === 'rows') return Number.MAX_SAFE_INTEGER
      if (name === 'columns') return ink.columns ?? (target.columns || 80)
      if (name === 'write') return write
      if (name === 'on' || name === 'addListener') return on
      if (name === 'off' || name === 'removeListener') return off
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  return proxy
}

type Listener = (...values: unknown[]) => void
