// node test/setup/bundle.js test/lab/real.ts [SERVICE …]: the whole walk over packaged services, each honestly used before and after
import { bootLab, type Lab } from './lab.ts'
import { keptStages, letProbeIn, watchWalk } from './once-run.ts'
import { labProblem } from './problem.ts'
import { REAL_SERVICES, type RealService } from './real-services.ts'

const USE = '/opt/use'

const problem = labProblem()
if (problem !== undefined) throw new Error(problem)
const wanted = process.argv.slice(2)

async function open({ unit, wish, use }: RealService): Promise<Lab> {
  const setup = [...(wish.setup ?? []), ['chmod', '755', USE]]
  const lab = await bootLab({ ...wish, files: { ...wish.files, [USE]: use }, setup })
  if (unit.startsWith('postgresql')) await letProbeIn(lab)
  return lab
}

/** At which point the use failed first; undefined where it never did. */
async function usedThroughLife(lab: Lab, unit: string): Promise<string | undefined> {
  const points: [string, string[]][] = [
    ['after the walk', []],
    ['after a reload', ['systemctl', 'reload-or-restart', unit]],
    ['after stop and start', ['sh', '-c', `systemctl stop ${unit} && systemctl start ${unit}`]],
  ]
  for (const [when, argv] of points) {
    if (argv.length > 0 && (await lab.run(argv, { timeoutMs: 60_000 })).exitCode !== 0) return when
    if ((await lab.run([USE], { timeoutMs: 90_000 })).exitCode !== 0) return when
  }
  return undefined
}

function given(output: string): string {
  const rows = output
    .split('\n')
    .flatMap((line) => /^ {2}(?:now|breaks in a clone:) ([A-Z]\w+)=/.exec(line)?.[1] ?? [])
  return [...new Set(rows)].join(', ') || 'nothing'
}

const results: number[] = []
console.log(
  '| service | exposure | stages kept | live starts, failed | narrowed or given up in clones | its use |\n| --- | --- | --- | --- | --- | --- |',
)
for (const service of REAL_SERVICES) {
  const { unit, exercised, staysRoot } = service
  if (wanted.length > 0 && !wanted.includes(unit)) continue
  const lab = await open(service)
  try {
    if ((await lab.run([USE], { timeoutMs: 90_000 })).exitCode !== 0)
      throw new Error(`${unit} does not serve at all`)
    const argv = [unit, '--yes', ...(exercised ? ['--exercise', USE] : [])]
    const { walk, before, after, starts } = await watchWalk(lab, `${unit}.service`, argv)
    if (walk.exitCode !== 0) console.error(walk.stdout, walk.stderr)
    if (!staysRoot) results.push(after / 10)
    const broke = await usedThroughLife(lab, unit)
    const use = broke === undefined ? 'as before, also after reload, stop and start' : `BROKEN ${broke}`
    console.log(
      `| ${unit} | ${before / 10} → ${after / 10} | ${keptStages(walk)} | ${starts.started}, ${starts.failed} | ${given(walk.stdout)} | ${use} |`,
    )
  } finally {
    await lab.stop()
  }
}
const sorted = results.sort((a, b) => a - b)
console.log(`\nmedian of those that need not stay root: ${sorted[Math.floor(sorted.length / 2)]}`)
