// node test/setup/bundle.js test/lab/measure/fidelity.ts [SUITE] [SERVICE …]: does a clone say of a directive what the live service says?

import type { FidelityLine, FidelityWish } from '../inside/fidelity-main.ts'
import { programFiles } from '../kit/bundled.ts'
import { bootLab, type Lab } from '../kit/lab.ts'
import { labProblem } from '../kit/lab-problem.ts'
import { FIDELITY_LAB, type FidelityService, SERVICES } from './fidelity-services.ts'
import { FILTERS, VALUES } from './fidelity-values.ts'

const FOLDER = '/opt/fidelity'
const AT_ONCE = 5
/** A service's whole list, live and in the clone: some seconds for each. */
const LIMIT_MS = 60 * 60_000

interface Row extends FidelityLine {
  suite: string
  unit: string
}

async function openLab(suite: string): Promise<Lab> {
  const programs = await programFiles(FOLDER, 'test/lab/inside/fidelity-main.ts')
  return bootLab({ ...FIDELITY_LAB, suite, files: { ...FIDELITY_LAB.files, ...programs } })
}

async function compare(lab: Lab, service: FidelityService, values: FidelityWish['values']): Promise<Row[]> {
  const wish: FidelityWish = { ...service, values }
  const argv = ['node', `${FOLDER}/main.mjs`, JSON.stringify(wish)]
  const result = await lab.run(argv, { timeoutMs: LIMIT_MS })
  const lines = result.stdout.split('\n')
  for (const line of lines.filter((text) => text.startsWith('problem '))) {
    console.log(`${lab.suite} ${service.unit}: no clone: ${line.slice('problem '.length)}`)
  }
  if (result.exitCode !== 0) console.log(`${lab.suite} ${service.unit} ended early: ${result.stderr.trim()}`)
  return lines
    .filter((text) => text.startsWith('{'))
    .map((text) => ({ ...(JSON.parse(text) as FidelityLine), suite: lab.suite, unit: service.unit }))
}

/** Works through a list, several at a time. */
async function fewAtOnce<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const left = [...items.entries()]
  const done: R[] = []
  const worker = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) done[next[0]] = await work(next[1])
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return done
}

const agrees = ({ live, clone }: FidelityLine) => live.healthy === clone.healthy

/** What differed is tried once more, alone: another lab's killed calls stand in the same kernel log. */
async function again(lab: Lab, rows: readonly Row[]): Promise<Row[]> {
  const settled: Row[] = []
  for (const row of rows) {
    const service = SERVICES.find(({ unit }) => unit === row.unit)
    const settings = [...VALUES, ...FILTERS].find((value) => value.at(-1) === row.value)
    if (agrees(row) || service === undefined || settings === undefined) settled.push(row)
    else settled.push((await compare(lab, service, [settings]))[0] ?? row)
  }
  return settled
}

async function compareSuite(suite: string, services: readonly FidelityService[]): Promise<Row[]> {
  const lab = await openLab(suite)
  try {
    const rows = await fewAtOnce(services, (service) => compare(lab, service, VALUES))
    for (const service of services) rows.push(await compare(lab, service, FILTERS))
    return await again(lab, rows.flat())
  } finally {
    await lab.stop()
  }
}

function word({ live, clone }: Row): string {
  if (live.refused || clone.refused) return 'refused'
  if (live.healthy !== clone.healthy) return live.healthy ? 'ONLY CLONE BREAKS' : 'ONLY LIVE BREAKS'
  return live.healthy ? '·' : 'breaks'
}

/** A row a value, a column a service. */
function printTable(suite: string, rows: readonly Row[]): void {
  const names = SERVICES.map(({ unit }) => unit.replace('.service', ''))
  const cell = (value: string, name: string) => {
    const row = rows.find((one) => one.value === value && one.unit === `${name}.service`)
    return row === undefined ? '-' : word(row)
  }
  console.log(`\n${suite}: · healthy in both, "breaks" in both\n`)
  console.log(`| directive | ${names.join(' | ')} |\n|${' --- |'.repeat(names.length + 1)}`)
  for (const value of new Set(rows.map((row) => row.value))) {
    console.log(`| ${value} | ${names.map((name) => cell(value, name)).join(' | ')} |`)
  }
}

function printSummary(rows: readonly Row[]): void {
  const judged = rows.filter(({ live, clone }) => !live.refused && !clone.refused)
  const same = judged.filter(agrees)
  const broken = same.filter(({ live }) => !live.healthy)
  const share = ((100 * same.length) / Math.max(1, judged.length)).toFixed(1)
  console.log(
    `\n${same.length} of ${judged.length} verdicts agree (${share} %), ${broken.length} of them breakages`,
  )
  for (const row of judged.filter((one) => !agrees(one))) {
    const { suite, unit, value, live, clone } = row
    console.log(
      `${suite} ${unit} ${value}: live ${live.reason || 'healthy'}; clone ${clone.reason || 'healthy'}`,
    )
  }
}

const problem = labProblem()
if (problem !== undefined) throw new Error(problem)
const SUITES = ['bookworm', 'trixie']
const wanted = process.argv.slice(2)
const suites = SUITES.filter((suite) => wanted.includes(suite))
const services = SERVICES.filter(({ unit }) => wanted.includes(unit.replace('.service', '')))
const all: Row[] = []
for (const suite of suites.length > 0 ? suites : SUITES) {
  const rows = await compareSuite(suite, services.length > 0 ? services : SERVICES)
  printTable(suite, rows)
  all.push(...rows)
}
printSummary(all)
