import { setTimeout as pause } from 'node:timers/promises'
import type { Terminal } from './driver.ts'

/** Longer than the pause in which an answer to a new question does not count. */
const READING_MS = 700

/**
 * Types 1 and Enter at every question of the line mode until the walk is over, and nothing else: the first choice is to
 * go on. Returns the questions, each by its first choice.
 */
export async function answerOne(terminal: Terminal, limitMs: number): Promise<string[]> {
  const asked: string[] = []
  let from = 0
  let isOver = false
  const ended = terminal.ended(limitMs).finally(() => {
    isOver = true
  })
  while (!isOver) {
    const question = /^1 (.+?)\r?$/m.exec(terminal.written().slice(from))?.[1]
    if (question === undefined) {
      await Promise.race([ended, pause(100)])
      continue
    }
    asked.push(question)
    await pause(READING_MS)
    from = terminal.written().length
    await terminal.type('1')
    await terminal.press('enter')
  }
  await ended
  return asked
}
