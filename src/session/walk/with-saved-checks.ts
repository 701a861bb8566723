import { readSavedChecks } from '../../trial/health/saved-checks.ts'
import type { WalkOptions } from './context.ts'

/** What root wrote down for the unit counts as if it were given, before what is given. Throws SavedChecksError. */
export async function withSavedChecks(options: WalkOptions, unit: string): Promise<WalkOptions> {
  const saved = await readSavedChecks(options.host, unit)
  return {
    ...options,
    checks: [...saved.checks, ...options.checks],
    exercises: [...saved.exercises, ...options.exercises],
  }
}
