// node test/setup/bundle.js test/lab/measure/faults.ts [RUNS A LAB [nginx-trixie …] [kind=PATTERN] [clones=RUNS A LAB] [final=RUNS A LAB]]:
// hardenctl and its host broken at every step of a walk, at its last check, and while clones are at work
import { type CloneResult, landingFault, provingFault, runCloneFault } from '../faults/clone-faults.ts'
import { finalPoint, runFinalFault } from '../faults/fault-final.ts'
import {
  FAULT_SUBJECTS,
  type FaultResult,
  type FaultSubject,
  faultPoint,
  listFor,
  POINTS,
  runFault,
  undoAll,
} from '../faults/fault-run.ts'
import { bootLab, type Lab, type LabWish } from '../kit/lab.ts'
import { labProblem } from '../kit/lab-problem.ts'
import type { Listing } from '../kit/listing.ts'

const problem = labProblem()
if (problem !== undefined) throw new Error(problem)

const [runsWanted = '74', ...rest] = process.argv.slice(2)
const RUNS = Number(runsWanted)
const names = rest.filter((word) => !/^(kind|clones|final)=/.test(word))
const given = (name: string) => rest.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1)
const only = new RegExp(given('kind') ?? '')
/** Of these a third strikes at the single landing of --once, the others while it is being proven. */
const CLONE_RUNS = Number(given('clones') ?? (only.source === '(?:)' ? 12 : 0))
/** Of these each strikes at the last check of a whole walk. */
const FINAL_RUNS = Number(given('final') ?? (only.source === '(?:)' ? 5 : 0))
const SUITES = ['bookworm', 'trixie']
const results: (FaultResult & { where: string })[] = []
const ofClones: CloneResult[] = []
let undone = 0
const undoLost: string[] = []

function report(where: string, result: FaultResult): void {
  const { stage, step, kind, lost, said } = result
  const verdict = lost.length === 0 ? 'survived' : 'LOST'
  console.log(`${where}: ${stage}, before ${step}: ${kind.name}: ${verdict}`)
  if (lost.length > 0)
    console.log(`${lost.map((line) => `    ${line}`).join('\n')}\n${said.replaceAll(/^/gm, '    | ')}`)
}

/** Plays in a lab of its own; what ends that before its time is told. */
async function inLab(where: string, wish: LabWish, play: (lab: Lab) => Promise<void>): Promise<void> {
  const lab = await bootLab(wish)
  try {
    await play(lab)
  } catch (error) {
    console.log(`${where}: stopped: ${(error as Error).stack}`)
    process.exitCode = 1
  } finally {
    await lab.stop()
  }
}

async function undo(lab: Lab, subject: FaultSubject, where: string, first: Listing, rebooted: boolean) {
  const lost = await undoAll(lab, subject, first, rebooted)
  undone += 1
  if (lost.length > 0) console.log(`${where}: undone: LOST\n    ${lost.join('\n    ')}`)
  undoLost.push(...lost)
}

/** Faults one after another, each upon what the one before left, up to `until`; the next point is kept in `progress`. */
async function breakSteps(
  lab: Lab,
  subject: FaultSubject,
  where: string,
  progress: { next: number; done: number },
  until: number,
): Promise<void> {
  const first = await listFor(lab, subject.unit)
  let rebooted = false
  while (progress.done < RUNS && progress.next < until) {
    const point = faultPoint(progress.next)
    progress.next += 1
    if (!only.test(point.kind.name)) continue
    const result = await runFault(lab, subject, point)
    rebooted ||= result.kind.after === 'gone'
    if (result.stage !== undefined) {
      progress.done += 1
      results.push({ ...result, where })
      report(where, result)
      // What comes after would meet what is lost, in a fresh lab it does not.
      if (result.lost.length > 0) return
    } else if (!result.over) console.log(`${where}: never came to ${result.step}: ${result.said.slice(-300)}`)
    if (result.over) await undo(lab, subject, where, first, rebooted)
  }
  await undo(lab, subject, where, first, rebooted)
}

async function breakFinal(lab: Lab, subject: FaultSubject, where: string, at: number): Promise<void> {
  const first = await listFor(lab, subject.unit)
  let rebooted = false
  for (let i = 0; i < FINAL_RUNS; i += 1) {
    const result = await runFinalFault(lab, subject, finalPoint(at * FINAL_RUNS + i), first, rebooted)
    rebooted ||= result.kind.after === 'gone'
    if (result.stage === undefined) continue
    results.push({ ...result, where })
    report(where, result)
  }
  await undo(lab, subject, where, first, rebooted)
}

async function breakClones(lab: Lab, subject: FaultSubject, where: string, at: number): Promise<void> {
  const first = await listFor(lab, subject.unit)
  const landings = Math.floor(CLONE_RUNS / 3)
  let rebooted = false
  for (let i = 0; i < CLONE_RUNS; i += 1) {
    const isLanding = i < landings
    const fault = isLanding
      ? landingFault(at * landings + i)
      : provingFault(at * (CLONE_RUNS - landings) + i - landings)
    const result = await runCloneFault(lab, subject, fault, first, rebooted)
    rebooted ||= fault.kind.after === 'gone'
    const { when, kind, met, lost, said } = result
    const moment =
      'step' in when ? `the landing of --once, before ${when.step}` : `proving, ${when.afterMs} ms`
    const verdict = !met ? 'never came to it' : lost.length === 0 ? 'survived' : 'LOST'
    console.log(`${where}: ${moment}: ${kind.name}: ${verdict}`)
    if (!met || lost.length > 0)
      console.log(`${lost.map((line) => `    ${line}`).join('\n')}\n${said.replaceAll(/^/gm, '    | ')}`)
    if (met) ofClones.push(result)
  }
}

/** One service on one release: a lab that a fault of the harness ended is followed by a fresh one. */
async function breakService(suite: string, subject: FaultSubject, at: number): Promise<void> {
  const where = `${subject.unit.replace('.service', '')} ${suite}`
  const wish = { ...subject.wish, suite }
  const from = Math.floor((at * POINTS) / all.length)
  const progress = { next: from, done: 0 }
  while (progress.done < RUNS && progress.next < from + POINTS)
    await inLab(where, wish, (lab) => breakSteps(lab, subject, where, progress, from + POINTS))
  if (FINAL_RUNS > 0) await inLab(where, wish, (lab) => breakFinal(lab, subject, where, at))
  if (CLONE_RUNS > 0) await inLab(where, wish, (lab) => breakClones(lab, subject, where, at))
}

const started = Date.now()
const all = SUITES.flatMap((suite) => FAULT_SUBJECTS.map((subject) => ({ suite, subject })))
const labs = all
  .map((lab, at) => ({ ...lab, at }))
  .filter(
    ({ suite, subject }) =>
      names.length === 0 || names.includes(`${subject.unit.replace('.service', '')}-${suite}`),
  )
await Promise.all(labs.map(({ suite, subject, at }) => breakService(suite, subject, at)))

console.log('\n| fault | runs | survived | lost |\n| --- | --- | --- | --- |')
const kinds = [...new Set(results.map(({ kind }) => kind.name))]
for (const name of [...kinds, 'all']) {
  const some = results.filter(({ kind }) => name === 'all' || kind.name === name)
  const lost = some.filter((one) => one.lost.length > 0).length
  console.log(`| ${name} | ${some.length} | ${some.length - lost} | ${lost} |`)
}
for (const [name, some] of [
  ['the landing of --once', ofClones.filter(({ when }) => 'step' in when)],
  ['while clones prove', ofClones.filter(({ when }) => 'afterMs' in when)],
] as const) {
  const lost = some.filter((one) => one.lost.length > 0).length
  console.log(`| ${name} | ${some.length} | ${some.length - lost} | ${lost} |`)
}
const steps = new Set(results.map(({ step, stage }) => `${stage} ${step}`)).size
console.log(
  `\n${steps} different steps of stages; ${undone} undos of a walk, ${undoLost.length === 0 ? 'each' : 'NOT each'} back to the listing before it`,
)
console.log(`${Math.round((Date.now() - started) / 60_000)} min`)
if (undoLost.length > 0 || [...results, ...ofClones].some(({ lost }) => lost.length > 0)) process.exitCode = 1
