import type { CheckAnswer } from '../health/baseline.ts'
import { checkKey, checkLabel } from '../health/check.ts'

/** One line each for questions that are answered as before, in other words. */
export function contentChanges(before: readonly CheckAnswer[], after: readonly CheckAnswer[]): string[] {
  return before.flatMap(({ check, content }) => {
    const now = after.find((one) => checkKey(one.check) === checkKey(check))?.content
    if (content === undefined || now === undefined || now === content) return []
    return [`${checkLabel(check)}: it answers with other content`]
  })
}

/** The answers whose content was the same in all of these; the others without one. */
export function withLastingContent(
  first: readonly CheckAnswer[],
  ...others: readonly (readonly CheckAnswer[])[]
): CheckAnswer[] {
  return first.map(({ check, answer, content }) => {
    const key = checkKey(check)
    const lasts = others.every((all) => all.find((one) => checkKey(one.check) === key)?.content === content)
    return { check, answer, ...(lasts && content !== undefined ? { content } : {}) }
  })
}
