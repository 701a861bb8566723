// node test/setup/bundle.js test/lab/measure/unharmed.ts [--keys] [SERVICE …]: seeded breakages, none of which may reach
// production; walked through by --yes, or by keys on a terminal

import { confirmations, untouchedBefore, walkByKeys } from '../../terminal/unharmed-keys.ts'
import type { Lab } from '../kit/lab.ts'
import { labProblem } from '../kit/lab-problem.ts'
import { SEEDED, type SeededService } from '../seeds/seeds.ts'
import { bootSeeded, harden } from '../seeds/unharmed-run.ts'

const problem = labProblem()
if (problem !== undefined) throw new Error(problem)
const wanted = process.argv.slice(2)
const names = wanted.filter((one) => !one.startsWith('--'))
const byKeys = wanted.includes('--keys')
const verbose = wanted.includes('--verbose')
const services = SEEDED.filter(({ unit }) => names.length === 0 || names.some((one) => unit.startsWith(one)))

console.log(
  '| service | seeds met in clones | live starts | failed starts | exposure |\n| --- | --- | --- | --- | --- |',
)
const WALK_MS = 900_000

interface Row {
  bitten: number
  missed: readonly string[]
  starts: string
  failed: number
  note: string
  before: number
  after: number
}

async function byYes(lab: Lab, service: SeededService): Promise<Row> {
  const { walk, starts, expected, bitten, missed, before, after, active } = await harden(lab, service)
  if (verbose || walk.exitCode !== 0) console.log(walk.stdout, walk.stderr)
  const count = starts.started === expected ? `${expected}` : `${starts.started}, EXPECTED ${expected}`
  const note = active === 'active' ? '' : `, now ${active}`
  return { bitten: bitten.length, missed, starts: count, failed: starts.failed, note, before, after }
}

async function byTyping(lab: Lab, service: SeededService): Promise<Row> {
  const walked = await walkByKeys(lab, service, WALK_MS)
  const { missed, started, failed, before, after, exitCode } = walked
  const bitten = service.seeds.length - missed.length
  const most = confirmations(walked) + 1
  const starts = started <= most ? `${started}` : `${started}, MORE THAN ${most}`
  const touched = untouchedBefore(walked) ? '' : ', TOUCHED before the first confirmation'
  return {
    bitten,
    missed,
    starts,
    failed,
    note: `${touched}${exitCode === 0 ? '' : `, exit ${exitCode}`}`,
    before,
    after,
  }
}

let met = 0
for (const service of services) {
  const lab = await bootSeeded(service)
  try {
    const row = byKeys ? await byTyping(lab, service) : await byYes(lab, service)
    met += row.bitten
    const missed = row.missed.length > 0 ? ` (not ${row.missed.join(', ')})` : ''
    console.log(
      `| ${service.unit} | ${row.bitten} of ${service.seeds.length}${missed} | ${row.starts} | ${row.failed}${row.note} | ${row.before / 10} → ${row.after / 10} |`,
    )
  } finally {
    await lab.stop()
  }
}
console.log(`\n${met} seeded breakages met in clones, over ${services.length} services`)
