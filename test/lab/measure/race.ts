// node test/setup/bundle.js test/lab/measure/race.ts [--minutes N] [--old CHECKOUT]: an account races the undo script for
// files of root's, each kind of swap for its share of the time; with --old, the script of another checkout besides, until
// each race is won or a minute is over
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type UndoPlan, undoScript } from '../../../src/trial/transaction/undo-script.ts'
import { bundled } from '../kit/bundled.ts'
import { bootLab } from '../kit/lab.ts'
import { labProblem } from '../kit/lab-problem.ts'
import { project } from '../kit/project.ts'
import { prepareRace, RACES, race, raceLab } from '../kit/undo-race.ts'

const problem = labProblem()
if (problem !== undefined) throw new Error(problem)

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, old: { type: 'string' } },
})

/** Each race is short there: it is known to be won, and the seconds to that are what is asked for. */
const OLD_SECONDS = 60

type Script = (plan: UndoPlan) => string

/** The same function of another checkout, wherever it has it. */
async function scriptOf(checkout: string): Promise<Script> {
  const places = ['src/trial/transaction/undo-script.ts', 'src/trial/undo-script.ts']
  const found = places.map((place) => join(checkout, place)).find(existsSync)
  if (found === undefined) throw new Error(`${checkout} has no undo-script.ts`)
  const bundle = join(project, 'node_modules/.cache/hardenctl/other-undo-script.mjs')
  writeFileSync(bundle, await bundled(found))
  return ((await import(bundle)) as { undoScript: Script }).undoScript
}

async function play(name: string, script: Script, seconds: number): Promise<number> {
  const lab = await bootLab(raceLab)
  let wins = 0
  try {
    await prepareRace(lab, script)
    for (const mode of RACES) {
      const result = await race(lab, mode, seconds)
      wins += result.wins
      const first = result.first === null ? '' : `, the first after ${result.first} s`
      console.log(
        `${name}, ${mode}: ${result.wins} wins in ${result.runs} runs${first}; ${result.swaps} swaps, the longest run ${result.longest} s`,
      )
    }
  } finally {
    await lab.stop()
  }
  return wins
}

if (values.old !== undefined) await play(values.old, await scriptOf(values.old), OLD_SECONDS)
const wins = await play('this checkout', undoScript, (Number(values.minutes) * 60) / RACES.length)
if (wins > 0) process.exitCode = 1
