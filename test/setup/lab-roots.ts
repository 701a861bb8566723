import { labProblem } from '../lab/kit/lab-problem.ts'
import { rootFileSystem, rootIsCached } from '../lab/kit/roots.ts'

/** Builds what the labs need before the first test, so that no test's time limit pays for it. */
export default async function buildRoots(): Promise<void> {
  const problem = labProblem()
  if (problem !== undefined) return tell(problem)
  const suites = ['bookworm', 'trixie'].map((suite) => ({ suite }))
  const missing = suites.filter((wish) => !rootIsCached(wish))
  if (missing.length > 0) console.log(`Building ${missing.length} root file systems, about a minute …`)
  try {
    await Promise.all(suites.map(rootFileSystem))
  } catch (error) {
    tell((error as Error).message.split('\n').join(' '))
  }
}

/** Workers read it from their environment: they are started after this. Each project of labs asks; it is told once. */
function tell(problem: string): void {
  if (process.env.HARDENCTL_LAB_PROBLEM === problem) return
  process.env.HARDENCTL_LAB_PROBLEM = problem
  const then = process.env.HARDENCTL_CI === '1' ? 'and in CI that is a failure' : 'so its tests are skipped'
  console.log(`No lab, ${then}: ${problem}`)
}
