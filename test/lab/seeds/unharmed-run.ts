import { bootLab, type Lab } from '../kit/lab.ts'
import { keptStages, type WatchedWalk, watchWalk } from '../kit/once-run.ts'
import { keptDropIn, leftovers, show } from '../kit/subjects.ts'
import { type SeededService, seed } from './seeds.ts'

/** What a walk over a seeded service came to. */
export interface Unharmed extends WatchedWalk {
  /** Starts that there must be: one a stage that was kept, and the one of the final check. */
  expected: number
  /** Seeds that made the walk give way, and those that it never met. */
  bitten: string[]
  missed: readonly string[]
  left: string[]
  active: string
}

/** Seeds that what is kept would break: the walk never met them. */
export async function missedSeeds(lab: Lab, { unit, seeds }: SeededService): Promise<SeededService['seeds']> {
  const dropIn = (await keptDropIn(lab, `${unit}.service`)) ?? ''
  return seeds.filter((name) => seed(name).forbids.test(dropIn))
}

export async function harden(
  lab: Lab,
  service: SeededService,
  argv: readonly string[] = [],
): Promise<Unharmed> {
  const unit = `${service.unit}.service`
  const watched = await watchWalk(lab, unit, [service.unit, '--yes', ...argv])
  const missed = await missedSeeds(lab, service)
  const kept = keptStages(watched.walk)
  return {
    ...watched,
    expected: kept === 0 ? 0 : kept + 1,
    bitten: service.seeds.filter((name) => !missed.includes(name)),
    missed,
    left: await leftovers(lab),
    active: await show(lab, unit, 'ActiveState'),
  }
}

export function bootSeeded(service: SeededService): Promise<Lab> {
  return bootLab(service.wish)
}
