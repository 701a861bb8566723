// node test/setup/bundle.js test/lab/faults.ts [RUNS A LAB [nginx-trixie …]]: hardenctl and its host broken at every
// step of a walk
import {
  FAULT_SUBJECTS,
  type FaultResult,
  type FaultSubject,
  faultPoint,
  listFor,
  runFault,
  undoAll,
} from './fault-run.ts'
import { bootLab } from './lab.ts'
import { labProblem } from './problem.ts'

const problem = labProblem()
if (problem !== undefined) throw new Error(problem)

const [runsWanted = '84', ...names] = process.argv.slice(2)
const RUNS = Number(runsWanted)
const SUITES = ['bookworm', 'trixie']
const results: (FaultResult & { where: string })[] = []
let undone = 0
const undoLost: string[] = []

function report(where: string, result: FaultResult): void {
  const { stage, step, kind, lost, said } = result
  const verdict = lost.length === 0 ? 'survived' : 'LOST'
  console.log(`${where}: ${stage}, before ${step}: ${kind.name}: ${verdict}`)
  if (lost.length > 0)
    console.log(`${lost.map((line) => `    ${line}`).join('\n')}\n${said.replaceAll(/^/gm, '    | ')}`)
}

/** A lab of its own for one service: faults one after another, each upon what the one before left. */
async function breakService(suite: string, subject: FaultSubject, offset: number): Promise<void> {
  const where = `${subject.unit.replace('.service', '')} ${suite}`
  const lab = await bootLab({ ...subject.wish, suite })
  try {
    const first = await listFor(lab, subject.unit)
    let rebooted = false
    for (let i = offset, done = 0; done < RUNS && i < offset + RUNS * 4; i += 1) {
      const result = await runFault(lab, subject, faultPoint(i))
      rebooted ||= result.kind.after === 'gone'
      if (result.stage !== undefined) {
        done += 1
        results.push({ ...result, where })
        report(where, result)
      } else if (!result.over)
        console.log(`${where}: never came to ${result.step}: ${result.said.slice(-300)}`)
      if (!result.over) continue
      const lost = await undoAll(lab, subject, first, rebooted)
      undone += 1
      if (lost.length > 0) console.log(`${where}: undone: LOST\n    ${lost.join('\n    ')}`)
      undoLost.push(...lost)
    }
  } catch (error) {
    console.log(`${where}: stopped: ${(error as Error).stack}`)
    process.exitCode = 1
  } finally {
    await lab.stop()
  }
}

const started = Date.now()
const all = SUITES.flatMap((suite) => FAULT_SUBJECTS.map((subject) => ({ suite, subject })))
const labs = all
  .map((lab, at) => ({ ...lab, offset: at * 24 }))
  .filter(
    ({ suite, subject }) =>
      names.length === 0 || names.includes(`${subject.unit.replace('.service', '')}-${suite}`),
  )
await Promise.all(labs.map(({ suite, subject, offset }) => breakService(suite, subject, offset)))

console.log('\n| fault | runs | survived | lost |\n| --- | --- | --- | --- |')
const kinds = [...new Set(results.map(({ kind }) => kind.name))]
for (const name of [...kinds, 'all']) {
  const some = results.filter(({ kind }) => name === 'all' || kind.name === name)
  const lost = some.filter((one) => one.lost.length > 0).length
  console.log(`| ${name} | ${some.length} | ${some.length - lost} | ${lost} |`)
}
const steps = new Set(results.map(({ step, stage }) => `${stage} ${step}`)).size
console.log(
  `\n${steps} different steps of stages; ${undone} undos of a whole walk, ${undoLost.length === 0 ? 'each' : 'NOT each'} back to the listing before it`,
)
console.log(`${Math.round((Date.now() - started) / 60_000)} min`)
if (undoLost.length > 0 || results.some(({ lost }) => lost.length > 0)) process.exitCode = 1
