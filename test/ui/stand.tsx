import { setImmediate as turn } from 'node:timers/promises'
import { render } from 'ink-testing-library'
import { afterEach, beforeEach, vi } from 'vitest'
import type { WalkState } from '../../src/session/walk/state.ts'
import { App } from '../../src/ui/app.tsx'
import { type Size, SizeContext } from '../../src/ui/terminal/size.ts'
import type { FakeSession } from './fake-session.ts'

export const UP = '\x1b[A'
export const DOWN = '\x1b[B'
export const ENTER = '\r'
export const ESC = '\x1b'
export const CTRL_C = '\x03'

export interface Stand {
  frame(): string
  lines(): string[]
  /** Types at once, ready or not. */
  type(keys: string): Promise<void>
  /** Waits until keys count, as a person would who reads first. */
  press(...keys: string[]): Promise<void>
  show(over: Partial<WalkState>): Promise<void>
  left: number[]
}

/** Longer than the pause in which keys for an earlier question are ignored. */
const READING_MS = 560

/** Between two ticks of the tests' clock. */
const STEP_MS = 20
/** Turns of the event loop in which React draws what a step of the clock has changed. */
const TURNS = 4

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/**
 * Lets time go by for the screens, so that no test waits for a pause that only a person needs. Ink draws and keys come
 * in turns of the event loop, which are real.
 */
export async function tick(ms = STEP_MS): Promise<void> {
  for (let left = ms; left > 0; left -= STEP_MS) {
    await vi.advanceTimersByTimeAsync(Math.min(left, STEP_MS))
    for (let turns = 0; turns < TURNS; turns += 1) await turn()
  }
}

export async function stand(session: FakeSession, size: Size = { columns: 80, rows: 24 }): Promise<Stand> {
  const left: number[] = []
  const tree = render(
    <SizeContext.Provider value={size}>
      <App session={session} onLeave={(code) => left.push(code)} />
    </SizeContext.Provider>,
  )
  await tick()
  // Ink empties the frame of a test when the tree is unmounted; on a terminal the last one stays.
  const frame = () => (tree.frames.findLast((text) => text.trim() !== '') ?? '').replace(/\n+$/, '')
  const type = async (keys: string) => {
    tree.stdin.write(keys)
    // Every key of a bunch is drawn before the next one.
    await tick(20 + 20 * keys.length)
  }
  return {
    frame,
    lines: () => frame().split('\n'),
    type,
    async press(...keys) {
      await tick(READING_MS)
      for (const key of keys) await type(key)
    },
    async show(over) {
      session.change(over)
      await tick()
    },
    left,
  }
}
