import { type Key as InkKey, useInput } from 'ink'
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import type { TypeAheadGuard } from './type-ahead-guard.ts'

/** A name ("up", "enter", "escape") or a single character as typed. */
export type Key = string

/** Says whether the key was meant for it. */
export type KeyHandler = (key: Key) => boolean

/** Higher layers are asked first. */
export type Layer = 'app' | 'screen' | 'field' | 'overlay'
const ORDER: Layer[] = ['overlay', 'field', 'screen', 'app']

const NAMED: [keyof InkKey, Key][] = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageUp', 'pageup'],
  ['pageDown', 'pagedown'],
  ['home', 'home'],
  ['end', 'end'],
  ['escape', 'escape'],
  ['backspace', 'backspace'],
  ['delete', 'backspace'],
]

/** On a slow line several keys come in one read, and Ink hands letters over as one text. */
function keysOf(input: string, key: InkKey): Key[] {
  for (const [flag, name] of NAMED) if (key[flag]) return [name]
  if (key.ctrl) return input === 'c' ? ['interrupt'] : []
  if (key.meta) return []
  if (input === '' && key.tab) return ['tab']
  return [...input].flatMap((letter) => {
    if (letter === '\r' || letter === '\n') return ['enter']
    if (letter === '\x03') return ['interrupt']
    if (letter === '\t') return ['tab']
    if (letter === '\x7f' || letter === '\b') return ['backspace']
    return letter < ' ' ? [] : [letter]
  })
}

class Keyboard {
  readonly #layers = new Map<Layer, Set<{ current: KeyHandler }>>()

  add(layer: Layer, handler: { current: KeyHandler }): () => void {
    const handlers = this.#layers.get(layer) ?? new Set()
    this.#layers.set(layer, handlers.add(handler))
    return () => handlers.delete(handler)
  }

  press(key: Key): void {
    for (const layer of ORDER) {
      for (const handler of [...(this.#layers.get(layer) ?? [])]) if (handler.current(key)) return
    }
  }
}

/**
 * Bunched keys, one per turn of the event loop. In between the session takes the intent of the last key and the screen
 * shows the result, so the next key is judged by the question that is really open.
 */
class TypedKeys {
  readonly #keys: Key[] = []
  readonly #press: (key: Key) => void
  #scheduled = false

  constructor(press: (key: Key) => void) {
    this.#press = press
  }

  add(key: Key): void {
    this.#keys.push(key)
    this.#schedule()
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      const key = this.#keys.shift()
      if (key !== undefined) this.#press(key)
      if (this.#keys.length > 0) this.#schedule()
    })
  }
}

interface Keys {
  keyboard: Keyboard
  gate: TypeAheadGuard
  asked: () => string
}

const KeysContext = createContext<Keys | undefined>(undefined)

interface KeyboardProps {
  gate: TypeAheadGuard
  /** What the session asks at this moment. */
  asked: () => string
  onInterrupt: () => void
  children: ReactNode
}

/**
 * The only reader of the keyboard. Always mounted: if raw mode dropped for a moment, Ctrl-C would kill the process
 * during a trial, and keys typed then would answer the next question.
 */
export function KeyboardRoot({ gate, asked, onInterrupt, children }: KeyboardProps) {
  const keyboard = useMemo(() => new Keyboard(), [])
  const keys = useMemo(() => ({ keyboard, gate, asked }), [keyboard, gate, asked])
  const [typed] = useState(
    () =>
      new TypedKeys((key) => {
        if (gate.admits(asked())) keyboard.press(key)
        else gate.pushBack()
      }),
  )
  useInput((input, inkKey) => {
    for (const key of keysOf(input, inkKey)) {
      if (key === 'interrupt') onInterrupt()
      else typed.add(key)
    }
  })
  return <KeysContext.Provider value={keys}>{children}</KeysContext.Provider>
}

function useKeysContext(): Keys {
  const keys = useContext(KeysContext)
  if (!keys) throw new Error('No KeyboardRoot above')
  return keys
}

export function useKeys(handler: KeyHandler, layer: Layer = 'screen', active = true): void {
  const { keyboard } = useKeysContext()
  const latest = useRef(handler)
  useLayoutEffect(() => {
    latest.current = handler
  })
  useLayoutEffect(() => (active ? keyboard.add(layer, latest) : undefined), [keyboard, layer, active])
}

/** False for the moment after a new question in which keys don't count yet. */
export function useOpen(question: string): boolean {
  const { gate } = useKeysContext()
  const [open, setOpen] = useState<string>()
  useEffect(() => {
    let timer: NodeJS.Timeout | undefined
    const look = () => {
      const wait = gate.wait()
      if (wait === 0) setOpen(question)
      else timer = setTimeout(look, wait + 1)
    }
    look()
    return () => clearTimeout(timer)
  }, [gate, question])
  return open === question
}
