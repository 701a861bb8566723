import { createContext, useContext } from 'react'

export interface Size {
  columns: number
  rows: number
}

export const SizeContext = createContext<Size>({ columns: 80, rows: 24 })

export function useSize(): Size {
  return useContext(SizeContext)
}

/** Live size of a terminal, for `useSyncExternalStore`. The same object until it changes. */
export class TerminalSize {
  #size: Size
  #listeners = new Set<() => void>()
  readonly #stdout: NodeJS.WriteStream

  constructor(stdout: NodeJS.WriteStream) {
    this.#stdout = stdout
    this.#size = this.#measure()
  }

  #measure(): Size {
    return { columns: this.#stdout.columns || 80, rows: this.#stdout.rows || 24 }
  }

  readonly size = (): Size => this.#size

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  readonly refresh = (): void => {
    this.#size = this.#measure()
    for (const listener of this.#listeners) listener()
  }
}
