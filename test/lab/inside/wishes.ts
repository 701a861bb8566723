import type { Assignment } from '../../../src/catalog/common/types.ts'
import type { Host } from '../../../src/host/host.ts'
import type { Facts } from '../../../src/observe/facts.ts'
import { type Baseline, listenersOf, measure } from '../../../src/trial/health/baseline.ts'
import { parseCheck } from '../../../src/trial/health/check.ts'

/** The baseline of a service that starts in a moment, listens as it does now and answers so. */
export function baselineWith(facts: Facts, answers: Baseline['answers']): Baseline {
  return { listeners: listenersOf(facts.sockets), answers, startMs: 200, restless: false }
}

/** The same with what these checks answer now. */
export async function measuredBaseline(
  host: Host,
  facts: Facts,
  texts: readonly string[],
): Promise<Baseline> {
  const checks = texts.map(parseCheck)
  const rounds = await measure(host, checks, 1)
  return baselineWith(
    facts,
    checks.map((check, index) => ({ check, answer: rounds[index]?.[0]?.answer ?? '' })),
  )
}

/** "Key=value" as a line of [Service]. */
export function assignmentOf(setting: string): Assignment {
  const at = setting.indexOf('=')
  return { section: 'Service', key: setting.slice(0, at), value: setting.slice(at + 1) }
}
