import { toAscii } from '../text/ascii.ts'

export interface OutputOptions {
  ascii: boolean
  /** Number of rows above the cursor that the first frame takes the place of. */
  first: number
  /** Lets React lay out anew; nothing of it is drawn yet. */
  onResize: () => void
  /** Makes Ink forget what it has drawn, so that it draws all of it again. */
  forget: () => void
  /** Lines that stood above the frame and are wanted again after the screen was cleared. */
  above: () => string[]
}

type Listener = (...values: unknown[]) => void

const CLEAR_SCREEN = '\x1b[H\x1b[2J'
const SETTLE_MS = 60

/**
 * The terminal as Ink sees it. After a resize Ink erases as many rows as its frame had, but the terminal has wrapped
 * the old lines anew and they may be more: half of them would stay, and be pushed into the scrollback again and again
 * while a window's edge is dragged. So nothing is written until the size has settled; then the visible part is cleared
 * and everything drawn once. And where only ASCII can be shown, every text passes here.
 */
export function safeOutput(stdout: NodeJS.WriteStream, options: OutputOptions): NodeJS.WriteStream {
  let muted = false
  let replaced = options.first === 0 ? '' : `\x1b[${options.first}A\x1b[J`
  const onResized = new Map<Listener, Listener>()
  const translate = (text: string) => (options.ascii ? toAscii(text) : text)

  const write = (chunk: unknown, ...rest: unknown[]): boolean => {
    if (!muted) {
      const text = typeof chunk === 'string' ? translate(replaced + chunk) : (chunk as string)
      replaced = ''
      return stdout.write(text, ...(rest as []))
    }
    const done = rest.find((item) => typeof item === 'function') as (() => void) | undefined
    if (done) setImmediate(done)
    return true
  }

  const settled = (repaint: Listener): Listener => {
    let timer: NodeJS.Timeout | undefined
    return () => {
      muted = true
      options.onResize()
      clearTimeout(timer)
      timer = setTimeout(() => {
        options.forget()
        muted = false
        write(
          CLEAR_SCREEN +
            options
              .above()
              .map((text) => `${text}\n`)
              .join(''),
        )
        repaint()
      }, SETTLE_MS)
    }
  }

  const on = (name: string, listener: Listener) => {
    const heard = name === 'resize' ? settled(listener) : listener
    if (name === 'resize') onResized.set(listener, heard)
    stdout.on(name, heard)
    return proxy
  }
  const off = (name: string, listener: Listener) => {
    stdout.off(name, onResized.get(listener) ?? listener)
    return proxy
  }

  // Ink asks other programs for a size that is not known (0); the screens are laid out for 80×24 then.
  const known: Record<PropertyKey, () => unknown> = {
    rows: () => stdout.rows || 24,
    columns: () => stdout.columns || 80,
    write: () => write,
    on: () => on,
    addListener: () => on,
    off: () => off,
    removeListener: () => off,
  }
  const proxy: NodeJS.WriteStream = new Proxy(stdout, {
    get(target, name) {
      const own = Object.hasOwn(known, name) ? known[name] : undefined
      if (own) return own()
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  return proxy
}
