// npm run real -- [--suite SUITE] [--by-hand] [NAME …]: the whole walk over packaged services, each honestly used
import { formatScore } from '../../../src/systemd/exposure/exposure.ts'
import { labProblem } from '../kit/lab-problem.ts'
import { median } from '../kit/requests.ts'
import { type Hardened, walkByHand, walkReal } from '../real/run.ts'
import { type RealService, realServices, SUITES } from '../real/services.ts'

const HEAD = [
  '| service | suite | by hand | exposure | stages kept | live starts, failed | loosened or left out, as a clone showed | its use |',
  '| --- | --- | --- | --- | --- | --- | --- | --- |',
]

function handCell({ after, broke }: Hardened): string {
  return broke === undefined ? formatScore(after) : `${formatScore(after)}, BROKEN ${broke}`
}

function argumentsOf(argv: readonly string[]): {
  suites: readonly string[]
  handOnly: boolean
  names: string[]
} {
  const at = argv.indexOf('--suite')
  const suite = at < 0 ? undefined : argv[at + 1]
  const names = argv.filter((text, index) => !text.startsWith('--') && (at < 0 || index !== at + 1))
  return { suites: suite === undefined ? SUITES : [suite], handOnly: argv.includes('--by-hand'), names }
}

async function row(service: RealService, handOnly: boolean): Promise<{ cells: string[]; after?: number }> {
  const { unit, suite } = service
  const hand = await walkByHand(service)
  if (handOnly)
    return { cells: [unit, suite, handCell(hand), `${formatScore(hand.before)} → `, '', '', '', ''] }
  const { walk, before, after, broke, stages, starts, relaxed } = await walkReal(service)
  if (walk.exitCode !== 0 || process.env.HARDENCTL_REAL_VERBOSE) console.error(walk.stdout, walk.stderr)
  const use = broke === undefined ? 'as before' : `BROKEN ${broke}`
  const cells = [
    ...[unit, suite, handCell(hand), `${formatScore(before)} → ${formatScore(after)}`, `${stages}`],
    ...[`${starts.started}, ${starts.failed}`, relaxed.join('; ') || 'nothing', use],
  ]
  return { cells, after }
}

const problem = labProblem()
if (problem !== undefined) throw new Error(problem)
const { suites, handOnly, names } = argumentsOf(process.argv.slice(2))
const finals: number[] = []
console.log(HEAD.join('\n'))
for (const suite of suites) {
  for (const service of realServices(suite)) {
    if (names.length > 0 && !names.includes(service.name) && !names.includes(service.unit)) continue
    const { cells, after } = await row(service, handOnly)
    if (after !== undefined && !service.staysRoot) finals.push(after)
    console.log(`| ${cells.join(' | ')} |`)
  }
}
if (!handOnly)
  console.log(
    `\nmedian of those that need not stay root: ${finals.length === 0 ? 'none' : formatScore(median(finals))}`,
  )
