// node test/setup/bundle.js test/lab/measure/once.ts: four services, each hardened in a single restart of production

import { labProblem } from '../kit/lab-problem.ts'
import { bootOnce, ONCE, type OnceSubject, runOnce } from '../kit/once-run.ts'

const problem = labProblem()
if (problem !== undefined) throw new Error(problem)

async function tryOne(
  suite: string,
  subject: OnceSubject,
  argv: readonly string[],
): Promise<{ score: string; starts: string }> {
  const lab = await bootOnce(subject, suite)
  try {
    const { walk, before, after, starts } = await runOnce(lab, subject, argv)
    if (walk.exitCode !== 0) console.log(`${suite} ${subject.unit}:\n${walk.stdout}\n${walk.stderr}`)
    const failed = starts.failed > 0 ? `, ${starts.failed} FAILED` : ''
    return { score: `${before / 10} → ${after / 10}`, starts: `${starts.started}${failed}` }
  } finally {
    await lab.stop()
  }
}

const wanted = process.argv.slice(2)
console.log(
  '| service | stage by stage | live starts | once | live starts |\n| --- | --- | --- | --- | --- |',
)
for (const [suite, subjects] of Object.entries(ONCE)) {
  for (const subject of subjects.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
    const staged = await tryOne(suite, subject, [])
    const once = await tryOne(suite, subject, ['--once'])
    console.log(
      `| ${subject.name}, ${suite} | ${staged.score} | ${staged.starts} | ${once.score} | ${once.starts} |`,
    )
  }
}
