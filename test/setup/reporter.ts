import type { Reporter, TestModule } from 'vitest/node'

/** Ends the output with one plain line that a program can read: "12 passed, 0 failed, 3 skipped". */
export default class CountsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const count = { passed: 0, failed: unhandled.length, skipped: 0 }
    for (const module of modules) {
      // A file that could not be loaded, or whose preparation failed, has no failed test, but it is a failure.
      const groups = [module, ...module.children.allSuites()]
      count.failed += groups.filter((group) => group.errors().length > 0).length
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        count[state === 'pending' ? 'skipped' : state]++
      }
    }
    process.stdout.write(`\n${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`)
  }
}
