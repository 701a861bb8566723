import type { Reporter, TestModule } from 'vitest/node'

/** How many of the slowest files every run names. */
const SLOWEST = 10

interface Counts {
  passed: number
  failed: number
  skipped: number
}

/**
 * Ends the output with the slowest files, with the tests that failed once and then passed, and with one plain line that
 * a program can read: "12 passed, 0 failed, 3 skipped".
 */
export default class CountsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const { passed, failed, skipped } = countsOf(modules, unhandled.length)
    const lines = [
      ...slowest(modules),
      ...unsteady(modules),
      '',
      `${passed} passed, ${failed} failed, ${skipped} skipped`,
    ]
    process.stdout.write(`\n${lines.join('\n')}\n`)
  }
}

function countsOf(modules: readonly TestModule[], unhandled: number): Counts {
  const count: Counts = { passed: 0, failed: unhandled, skipped: 0 }
  for (const module of modules) {
    // A file that could not be loaded, or whose preparation failed, has no failed test, but it is a failure.
    const groups = [module, ...module.children.allSuites()]
    count.failed += groups.filter((group) => group.errors().length > 0).length
    for (const test of module.children.allTests()) {
      const { state } = test.result()
      count[state === 'pending' ? 'skipped' : state]++
    }
  }
  return count
}

/** Seconds that a file's tests and their preparation took, without the wait for its turn. */
function secondsOf(module: TestModule): number {
  return (module.diagnostic().duration - (module.meta().waited ?? 0)) / 1000
}

function slowest(modules: readonly TestModule[]): string[] {
  const seconds = (module: TestModule) => `${secondsOf(module).toFixed(1).padStart(7)} s`
  return [...modules]
    .sort((one, other) => secondsOf(other) - secondsOf(one))
    .slice(0, SLOWEST)
    .map((module) => `${seconds(module)}  ${module.relativeModuleId}`)
}

/** Each test that passed only at its second try, with what it said at the first. */
function unsteady(modules: readonly TestModule[]): string[] {
  const tests = modules.flatMap((module) => [...module.children.allTests()])
  return tests
    .filter((test) => test.diagnostic()?.flaky === true)
    .map((test) => {
      const [first] = test.result().errors ?? []
      const why = [first?.message, first?.diff].filter((part) => part !== undefined).join('\n')
      return `\npassed at its second try: ${test.module.relativeModuleId} > ${test.fullName}\n${why}`
    })
}
