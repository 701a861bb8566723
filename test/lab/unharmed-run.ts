import type { CommandResult } from './command.ts'
import { bootLab, type Lab } from './lab.ts'
import { type Starts, startsOf } from './once-run.ts'
import { type SeededService, seed } from './seeds.ts'
import { exposureOf, leftovers, show } from './subjects.ts'

/** What a walk over a seeded service came to. */
export interface Unharmed {
  walk: CommandResult
  before: number
  after: number
  /** Starts of the live unit that the walk made. */
  starts: Starts
  /** Starts that there must be: one a stage that was kept, and the one of the final check. */
  expected: number
  /** Seeds that made the walk give way, and those that it never met. */
  bitten: string[]
  missed: string[]
  left: string[]
  active: string
}

function keptStages(text: string): number {
  return text.split('\n').filter((line) => /^ {2}[A-Z][A-Za-z ]+: kept,/.test(line)).length
}

export async function harden(
  lab: Lab,
  service: SeededService,
  argv: readonly string[] = [],
): Promise<Unharmed> {
  const unit = `${service.unit}.service`
  const before = await exposureOf(lab, unit)
  const first = await startsOf(lab, unit)
  const walk = await lab.run(['hardenctl', service.unit, '--yes', ...argv], { timeoutMs: 900_000 })
  const last = await startsOf(lab, unit)
  const dropIn = (await lab.read(`/etc/systemd/system/${unit}.d/zz-hardenctl-kept.conf`)) ?? ''
  const missed = service.seeds.filter((name) => seed(name).forbids.test(dropIn))
  const kept = keptStages(walk.stdout)
  return {
    walk,
    before,
    after: await exposureOf(lab, unit),
    starts: { started: last.started - first.started, failed: last.failed - first.failed },
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
