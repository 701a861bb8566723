import type { Host } from '../../host/host.ts'
import { answerTo } from './ask.ts'
import type { Check } from './check.ts'
import type { HeardAnswer } from './judge.ts'

/** One answer to a check, as it is judged. */
export async function heard(host: Host, check: Check): Promise<HeardAnswer> {
  const { answer, content, words } = await answerTo(host, check)
  return { check, answer, content, ...(words === undefined ? {} : { words }) }
}

/** What each check answers now. */
export async function answersOf(host: Host, checks: readonly Check[]): Promise<HeardAnswer[]> {
  return Promise.all(checks.map((check) => heard(host, check)))
}

/** One after the other, since one may need what another wrote. */
export async function play(host: Host, exercises: readonly Check[]): Promise<HeardAnswer[]> {
  const played: HeardAnswer[] = []
  for (const check of exercises) played.push(await heard(host, check))
  return played
}
