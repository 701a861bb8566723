import { orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { type HeardLine, listenPrivately } from '../../host/private-socket.ts'
import { QUESTION_SOCKET, runFolder } from '../../trial/transaction/trial-paths.ts'
import { CALL_WORDS, type CallAnswer, type CallWord, callAnswerLine } from './call-words.ts'

export interface Call {
  word: CallWord
  answer(answer: CallAnswer): void
}

/** The calls of second logins while Keep? is open. Each is answered once. */
export class Calls {
  readonly #waiting: Call[] = []
  readonly #unanswered = new Set<Call>()
  #came = new AbortController()

  hear({ text, answer }: HeardLine): void {
    const word = CALL_WORDS.find((one) => one === text)
    if (word === undefined) {
      answer(callAnswerLine({ ok: false, text: 'This hardenctl does not know that word.' }))
      return
    }
    const call: Call = {
      word,
      answer: (said) => {
        if (this.#unanswered.delete(call)) answer(callAnswerLine(said))
      },
    }
    this.#unanswered.add(call)
    this.#waiting.push(call)
    this.#came.abort()
  }

  /** Aborts when a call waits. */
  get signal(): AbortSignal {
    return this.#came.signal
  }

  /** The next call. One that is left without an answer gets that of end(). */
  take(): Call | undefined {
    const call = this.#waiting.shift()
    if (this.#waiting.length === 0) this.#came = new AbortController()
    return call
  }

  /** The question is over: the change is kept or not, and `text` says so in sentences. */
  end(isKept: boolean, text: string): void {
    for (const call of [...this.#unanswered]) call.answer({ ok: (call.word === 'rollback') !== isKept, text })
  }
}

/** Takes calls for a unit's open question, until `close`. Where nobody can call, the question is open all the same. */
export async function openCalls({ manager }: Host, unit: string): Promise<{ calls: Calls; close(): void }> {
  const calls = new Calls()
  const heard = (line: HeardLine) => calls.hear(line)
  const socket = await listenPrivately(runFolder(manager, unit), QUESTION_SOCKET, heard).catch(
    orElse(undefined),
  )
  return { calls, close: () => socket?.close() }
}
