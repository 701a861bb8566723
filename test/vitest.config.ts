import { defineConfig } from 'vitest/config'
import { underPinnedNode } from '../bin/pinned-node.js'
import { project } from './lab/kit/project.ts'

// Also who starts vitest by itself tests with the Node that hardenctl runs on.
await underPinnedNode()

/** A lab boots in a second, but a stage of the wizard waits for a real service many times, in clones and live. */
const SLOW = { testTimeout: 180_000, hookTimeout: 300_000, teardownTimeout: 30_000 }

export default defineConfig({
  root: project,
  // npm names its own cache folder in node_modules; keep ours beside it.
  cacheDir: 'node_modules/.cache/vitest',
  test: {
    reporters: ['default', './test/setup/reporter.ts'],
    // Under test Ink and chalk draw for a terminal, whatever CI says.
    env: { CI: 'false', FORCE_COLOR: '0' },
    passWithNoTests: true,
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
      {
        extends: true,
        test: {
          name: 'lab',
          include: ['test/lab/**/*.test.ts', 'test/terminal/*.test.ts'],
          globalSetup: ['test/setup/lab-roots.ts'],
          // One at a time: labs share the kernel log, and a call that a filter kills in one would be read in another.
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
          ...SLOW,
        },
      },
    ],
  },
})
