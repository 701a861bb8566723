// node test/setup/bundle.js test/lab/measure/price.ts: what do proofs in clones cost, in time and for the service in production?
import { programFiles } from '../kit/bundled.ts'
import { bootLab, type Lab } from '../kit/lab.ts'
import { labProblem } from '../kit/lab-problem.ts'
import { median, requests, ticks } from '../kit/requests.ts'

const FOLDER = '/opt/price'
const PAIRS = 5
const SECONDS = 12
const DIRECTIVES = 40

async function open(): Promise<Lab> {
  return bootLab({ services: ['nginx'], files: await programFiles(FOLDER, 'test/lab/inside/price-main.ts') })
}

interface Proofs {
  verdicts: string[]
  ms: number
}

async function prove(lab: Lab, count: number, seconds = 0): Promise<Proofs> {
  const argv = ['node', `${FOLDER}/main.mjs`, 'nginx.service', String(count), String(seconds)]
  return JSON.parse(await lab.output(argv, { timeoutMs: 600_000 })) as Proofs
}

async function timeProofs(lab: Lab): Promise<void> {
  const before = await ticks(lab)
  const { verdicts, ms } = await prove(lab, DIRECTIVES)
  const after = await ticks(lab)
  const cpu = (after.busy - before.busy) / 100
  const broke = verdicts.filter((text) => text.endsWith('breaks')).length
  console.log(
    `${verdicts.length} directives proven on nginx in ${(ms / 1000).toFixed(1)} s (${broke} of them break), ` +
      `${(cpu / verdicts.length).toFixed(2)} s of processor time each`,
  )
}

async function pair(lab: Lab, index: number): Promise<number> {
  const { rate: alone } = await requests(lab, SECONDS)
  const measured = requests(lab, SECONDS)
  const { verdicts } = await prove(lab, 1000, SECONDS - 2)
  const { rate: beside } = await measured
  const share = beside / alone
  console.log(
    `pair ${index + 1}: ${alone.toFixed(0)} requests/s alone, ${beside.toFixed(0)} beside ${verdicts.length} proofs: ${(100 * share).toFixed(1)} %`,
  )
  return share
}

const problem = labProblem()
if (problem !== undefined) throw new Error(problem)
const lab = await open()
try {
  await timeProofs(lab)
  const shares: number[] = []
  for (let index = 0; index < PAIRS; index += 1) shares.push(await pair(lab, index))
  console.log(`median: production keeps ${(100 * median(shares)).toFixed(1)} % of its requests/s`)
} finally {
  await lab.stop()
}
