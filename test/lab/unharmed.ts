// node test/setup/bundle.js test/lab/unharmed.ts [SERVICE …]: seeded breakages, none of which may reach production
import { labProblem } from './problem.ts'
import { SEEDED } from './seeds.ts'
import { bootSeeded, harden } from './unharmed-run.ts'

const problem = labProblem()
if (problem !== undefined) throw new Error(problem)
const wanted = process.argv.slice(2)
const names = wanted.filter((one) => one !== '--verbose')
const verbose = wanted.includes('--verbose')
const services = SEEDED.filter(({ unit }) => names.length === 0 || names.some((one) => unit.startsWith(one)))

console.log(
  '| service | seeds met in clones | live starts | failed starts | exposure |\n| --- | --- | --- | --- | --- |',
)
let met = 0
for (const service of services) {
  const lab = await bootSeeded(service)
  try {
    const result = await harden(lab, service)
    const { walk, starts, expected, bitten, missed, before, after, active } = result
    if (verbose || walk.exitCode !== 0) console.log(walk.stdout, walk.stderr)
    met += bitten.length
    const seeds = `${bitten.length} of ${service.seeds.length}${missed.length > 0 ? ` (not ${missed.join(', ')})` : ''}`
    const count = starts.started === expected ? `${expected}` : `${starts.started}, EXPECTED ${expected}`
    const state = active === 'active' ? '' : `, now ${active}`
    console.log(
      `| ${service.unit} | ${seeds} | ${count} | ${starts.failed}${state} | ${before / 10} → ${after / 10} |`,
    )
  } finally {
    await lab.stop()
  }
}
console.log(`\n${met} seeded breakages met in clones, over ${services.length} services`)
