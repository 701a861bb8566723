import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { underPinnedNode } from '../bin/pinned-node.js'
import { project } from './lab/kit/project.ts'
import LongFirst from './setup/sequencer.ts'

// Also who starts vitest by itself tests with the Node that hardenctl runs on.
await underPinnedNode()

/** A lab boots in a second, but a stage of the wizard waits for a real service many times, in clones and live. */
const SLOW = { testTimeout: 180_000, hookTimeout: 300_000, teardownTimeout: 30_000 }

/** `npm run test:all` runs these too: they repeat, with another service, release or way in, what others show. */
const REPEATS = process.env.HARDENCTL_TESTS === 'all' ? [] : ['**/*.all.*test.ts']

const LABS = ['test/lab/**/*.test.ts', 'test/terminal/*.test.ts']
const FILTER = '**/*.filter.test.ts'
const ALONE = '**/*.alone.test.ts'

/** How many files wait for one another, each in a worker of its own; test/setup/turn.ts. */
const filters = readdirSync(join(project, 'test'), { recursive: true, encoding: 'utf8' }).filter((path) =>
  path.endsWith('.filter.test.ts'),
).length

const labs = {
  globalSetup: ['test/setup/lab-roots.ts'],
  setupFiles: ['test/setup/turn.ts'],
  // Labs wait more than they work: three of them and a filter leave two processors half idle.
  maxWorkers: filters + 3,
  sequence: { groupOrder: 1 },
  // In CI nobody is there to run a file again; the end of the output names each test that needed it, and why.
  retry: process.env.HARDENCTL_CI === '1' ? 1 : 0,
  ...SLOW,
}

export default defineConfig({
  root: project,
  // npm names its own cache folder in node_modules; keep ours beside it.
  cacheDir: 'node_modules/.cache/vitest',
  test: {
    reporters: ['default', './test/setup/reporter.ts'],
    // Under test Ink and chalk draw for a terminal, whatever CI says.
    env: { CI: 'false', FORCE_COLOR: '0' },
    passWithNoTests: true,
    sequence: { sequencer: LongFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'quick',
          include: [
            'test/unit/**/*.test.{ts,tsx}',
            'test/ui/**/*.test.{ts,tsx}',
            'test/terminal/screens/*.test.ts',
          ],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      { extends: true, test: { ...labs, name: 'filter', include: [FILTER], exclude: REPEATS } },
      { extends: true, test: { ...labs, name: 'lab', include: LABS, exclude: [FILTER, ALONE, ...REPEATS] } },
      {
        extends: true,
        // What they measure is that of a machine that does nothing else.
        test: { ...labs, name: 'alone', include: [ALONE], maxWorkers: 1, sequence: { groupOrder: 2 } },
      },
    ],
  },
})
