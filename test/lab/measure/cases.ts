// npm run cases -- [--seen | --weak | --by-hand] [--output FOLDER] [NAME …]: what hardening broke in the field, walked by --yes
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { formatScore } from '../../../src/systemd/exposure/exposure.ts'
import { canFail, type PlayedByHand, playByHand } from '../cases/by-hand.ts'
import { caseNames, type FieldCase, readCase } from '../cases/field-case.ts'
import { type PlayedCase, playCase } from '../cases/play-case.ts'
import { labProblem } from '../kit/lab-problem.ts'

const HEAD = [
  '| case | mode | exposure | rc | s | starts, failed | use: after, reload, restart, undone | said | harm |',
  '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
]
const HAND_HEAD = ['| case | mode | exposure | use: after, reload, restart |', '| --- | --- | --- | --- |']
const MAX_WORDS = 220
const MAX_HARM = 3

function short(text: string): string {
  const line = text.replaceAll('|', '/').replaceAll('\n', ' ')
  return line.length > MAX_WORDS ? `${line.slice(0, MAX_WORDS)}…` : line
}

function rowOf({ name }: FieldCase, mode: string, played: PlayedCase): string {
  const { before, after, exitCode, seconds, starts, use, said, harm } = played
  const uses = [use.after, use.reload, use.restart, use.undo].map((verdict) => verdict ?? '–').join(', ')
  const harms = [...harm.slice(0, MAX_HARM), ...(harm.length > MAX_HARM ? [`${harm.length} in all`] : [])]
  const cells = [
    ...[name, mode, `${formatScore(before)} → ${formatScore(after)}`, exitCode ?? 'none', seconds],
    ...[`${starts.started}, ${starts.failed}`, uses, short(said), short(harms.join('; ')) || 'none'],
  ]
  return `| ${cells.join(' | ')} |`
}

function lostUse(use: PlayedCase['use'] | PlayedByHand['use']): boolean {
  return Object.values(use).some((verdict) => verdict === 'LOST' || verdict === 'other')
}

/** One case; true where all that was had before is had after. */
async function walked(name: string, seen: boolean, output: string | undefined): Promise<boolean> {
  const mode = seen ? 'seen' : 'blind'
  try {
    const field = readCase(name)
    const played = await playCase(field, seen)
    if (output !== undefined)
      writeFileSync(join(output, `${name}-${mode}.txt`), `${played.output}\n${played.harm.join('\n')}`)
    console.log(rowOf(field, mode, played))
    return played.harm.length === 0 && !lostUse(played.use)
  } catch (error) {
    console.log(`| ${name} | ${mode} | ${short(String(error))} |`)
    return false
  }
}

/** True where the use fails under the setting that is known to break it. */
async function shownToFail(name: string): Promise<boolean> {
  const field = readCase(name)
  if (field.weak === undefined) return true
  const fails = await canFail(field)
  console.log(`${name}: the use ${fails ? 'fails' : 'STILL WORKS'} with ${field.weak.trim()}`)
  return fails
}

/** The case under the drop-in that was written by hand for it; true where its use holds. */
async function hardenedByHand(name: string): Promise<boolean> {
  const { before, after, use, said } = await playByHand(readCase(name))
  const uses = [use.after, use.reload, use.restart].map((verdict) => verdict ?? '–').join(', ')
  const broken = lostUse(use)
  console.log(
    `| ${name} | by hand | ${formatScore(before)} → ${formatScore(after)} | ${broken ? 'BROKEN: ' : ''}${uses} |`,
  )
  if (broken) console.error(said)
  return !broken
}

const problem = labProblem()
if (problem !== undefined) throw new Error(problem)
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    ...{ seen: { type: 'boolean' }, weak: { type: 'boolean' } },
    ...{ 'by-hand': { type: 'boolean' }, output: { type: 'string' } },
  },
})
const { seen, weak, output, 'by-hand': byHand } = values
if (output !== undefined) mkdirSync(output, { recursive: true })

function measure(name: string): Promise<boolean> {
  if (weak) return shownToFail(name)
  if (byHand) return hardenedByHand(name)
  return walked(name, seen === true, output)
}

if (weak !== true) console.log((byHand ? HAND_HEAD : HEAD).join('\n'))
let bad = 0
for (const name of positionals.length > 0 ? positionals : caseNames()) if (!(await measure(name))) bad += 1
process.exitCode = bad > 0 ? 1 : 0
