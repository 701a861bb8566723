// npm run real -- [--packaged [--blind]] [--by-hand] [--suite SUITE] [--output FOLDER] [NAME …]:
// the whole walk over packaged services, each honestly used before and after
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { formatScore } from '../../../src/systemd/exposure/exposure.ts'
import { labProblem } from '../kit/lab-problem.ts'
import { median } from '../kit/requests.ts'
import type { RealService } from '../real/real-service.ts'
import { type Hardened, type WalkedReal, walkByHand, walkReal } from '../real/run.ts'
import { realServices, SUITES } from '../real/services.ts'

const HEAD = [
  '| service | suite | by hand | exposure | s | stages kept | live starts, failed | loosened or left out, as a clone showed | its use |',
  '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
]
const MAX_WORDS = 200

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    packaged: { type: 'boolean', default: false },
    blind: { type: 'boolean', default: false },
    'by-hand': { type: 'boolean', default: false },
    suite: { type: 'string' },
    output: { type: 'string' },
  },
})
const { packaged, blind, output, suite: only, 'by-hand': handOnly } = values

function handCell(hand: Hardened | undefined): string {
  if (hand === undefined) return '–'
  const { after, broke } = hand
  return broke === undefined ? formatScore(after) : `${formatScore(after)}, BROKEN ${broke}`
}

function save({ name, suite }: RealService, { walk }: WalkedReal): void {
  if (output === undefined) return
  const mode = blind ? 'blind' : 'used'
  writeFileSync(join(output, `${name}-${suite}-${mode}.txt`), `${walk.stdout}\n${walk.stderr}`)
}

interface Row {
  cells: string[]
  after?: number
  broke?: string | undefined
}

async function row(service: RealService): Promise<Row> {
  const { unit, suite } = service
  const hand = packaged ? undefined : await walkByHand(service)
  if (handOnly)
    return {
      cells: [unit, suite, handCell(hand), `${formatScore(hand?.before ?? 0)} → `, '', '', '', '', ''],
    }
  const begun = Date.now()
  const walked = await walkReal(service, blind)
  const { before, after, broke, stages, starts, relaxed } = walked
  save(service, walked)
  const use = broke === undefined ? 'as before' : `BROKEN ${broke}`
  const seconds = Math.round((Date.now() - begun) / 1000)
  const cells = [
    ...[
      unit,
      suite,
      handCell(hand),
      `${formatScore(before)} → ${formatScore(after)}`,
      `${seconds}`,
      `${stages}`,
    ],
    ...[`${starts.started}, ${starts.failed}`, relaxed.join('; ') || 'nothing', use],
  ]
  return { cells, after, broke }
}

/** A service that does not come up in a lab at all ends its own row alone. */
async function rowOrWhy(service: RealService): Promise<Row> {
  try {
    return await row(service)
  } catch (error) {
    const why = String(error).replaceAll('\n', ' ').replaceAll('|', '/').slice(0, MAX_WORDS)
    return { cells: [service.unit, service.suite, why], broke: why }
  }
}

const problem = labProblem()
if (problem !== undefined) throw new Error(problem)
if (output !== undefined) mkdirSync(output, { recursive: true })
const finals: number[] = []
let broken = 0
console.log(HEAD.join('\n'))
for (const suite of only === undefined ? SUITES : [only]) {
  for (const service of realServices(suite, packaged)) {
    if (positionals.length > 0 && !positionals.includes(service.name)) continue
    const { cells, after, broke } = await rowOrWhy(service)
    if (broke !== undefined) broken += 1
    if (after !== undefined && !service.staysRoot) finals.push(after)
    console.log(`| ${cells.join(' | ')} |`)
  }
}
if (!handOnly)
  console.log(
    `\nmedian of those that need not stay root: ${finals.length === 0 ? 'none' : formatScore(median(finals))}; broken: ${broken}`,
  )
process.exitCode = broken > 0 ? 1 : 0
