/** What a second login may say to the open question Keep?. */
export const CALL_WORDS = ['confirm', 'extend', 'rollback'] as const
export type CallWord = (typeof CALL_WORDS)[number]

/** `ok`: it came to what was asked for. */
export interface CallAnswer {
  ok: boolean
  text: string
}

export function callAnswerLine({ ok, text }: CallAnswer): string {
  return `${ok ? 'ok' : 'no'} ${text}`
}

export function parseCallAnswer(line: string): CallAnswer {
  return { ok: line.startsWith('ok '), text: line.replace(/^(?:ok|no) /, '') }
}
