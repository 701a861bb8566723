import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * Files that take minutes, the longest first, so that the last one to begin is a short one. Those with a system call
 * filter come before all others: each waits for its turn in a worker of its own.
 */
const LONG = [
  'late',
  'control',
  'diagnosis',
  'survival',
  'faults',
  'rehearsal',
  'isolate',
  'root-target',
  'proving',
]

function rank({ moduleId, project }: TestSpecification): number {
  if (project.name === 'filter') return -1
  const at = LONG.findIndex((name) => moduleId.endsWith(`/test/lab/${name}.test.ts`))
  return at < 0 ? LONG.length : at
}

export default class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    return sorted.sort((one, other) => rank(one) - rank(other))
  }
}
