import type { Lab } from '../lab/kit/lab.ts'
import { startsOf } from '../lab/kit/once-run.ts'
import { exposureOf, leftovers, show } from '../lab/kit/subjects.ts'
import type { SeededService } from '../lab/seeds/seeds.ts'
import { missedSeeds } from '../lab/seeds/unharmed-run.ts'
import { sayYes } from './say-yes.ts'

/** What a walk by keys over a seeded service came to. */
export interface UnharmedByKeys {
  exitCode: number | undefined
  /** Questions that were answered, and main process and invocation of production at each. */
  seen: { question: string; production: string[] }[]
  /** The same before the walk. */
  first: string[]
  started: number
  failed: number
  missed: readonly string[]
  left: string[]
  before: number
  after: number
}

/** Walks through the wizard at 80x24, with every recommendation taken, and watches production at each question. */
export async function walkByKeys(lab: Lab, service: SeededService, limitMs: number): Promise<UnharmedByKeys> {
  const unit = `${service.unit}.service`
  const production = async () => [await show(lab, unit, 'MainPID'), await show(lab, unit, 'InvocationID')]
  const before = await exposureOf(lab, unit)
  const first = await production()
  const begun = await startsOf(lab, unit)
  const seen: UnharmedByKeys['seen'] = []
  const terminal = lab.spawnPty(['hardenctl', service.unit, '--watch-seconds', '2'], {
    columns: 80,
    rows: 24,
  })
  await sayYes(terminal, limitMs, async (question) => {
    seen.push({ question, production: await production() })
  })
  const { exitCode } = await terminal.ended(limitMs)
  const starts = await startsOf(lab, unit)
  return {
    exitCode,
    seen,
    first,
    started: starts.started - begun.started,
    failed: starts.failed - begun.failed,
    missed: await missedSeeds(lab, service),
    left: await leftovers(lab),
    before,
    after: await exposureOf(lab, unit),
  }
}

/** Stages that the keys had applied. */
export function confirmations({ seen }: UnharmedByKeys): number {
  return seen.filter(({ question }) => question === 'Enter do it').length
}

/** Production had the same main process and invocation at each question up to the first "Enter do it". */
export function untouchedBefore({ seen, first }: UnharmedByKeys): boolean {
  const confirmed = seen.findIndex(({ question }) => question === 'Enter do it')
  return (
    confirmed > 0 &&
    seen.slice(0, confirmed + 1).every(({ production }) => production.join() === first.join())
  )
}
