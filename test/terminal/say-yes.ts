import type { Terminal } from './driver.ts'

const PATIENCE_MS = 60_000

/** What a person sees last on each screen, and answers with Enter. */
const QUESTIONS = /Enter measure|Enter review|Enter do it|Enter answer|Enter continue/

/** Says yes to the first questions, so that the trial of the first stage begins. `limitMs` is for each question. */
export async function tryFirstStage(terminal: Terminal, limitMs = PATIENCE_MS): Promise<void> {
  for (const question of ['Enter measure', 'Enter review', 'Enter do it']) {
    await terminal.waitFor(question, limitMs)
    await terminal.press('enter')
  }
}

/**
 * Says yes to every question until the walk is over, which leaves the summary and ends.
 * @param before is given each question ("Enter do it") before it is answered
 */
export async function sayYes(
  terminal: Terminal,
  limitMs: number,
  before: (question: string) => Promise<void> = async () => undefined,
): Promise<void> {
  const ended = terminal.ended(limitMs).then(() => true)
  for (;;) {
    const asked = terminal.waitFor(QUESTIONS, PATIENCE_MS).then(() => false)
    asked.catch(() => undefined)
    if (await Promise.race([ended, asked.catch(() => ended)])) return
    const question = QUESTIONS.exec(terminal.screen().join('\n'))?.[0] ?? ''
    await before(question)
    await terminal.press('enter')
    await Promise.race([ended, terminal.waitUntilGone(question, PATIENCE_MS).catch(() => ended)])
  }
}
