import type { Lab } from '../kit/lab.ts'
import { type Listing, list } from '../kit/listing.ts'
import { watchWalk } from '../kit/once-run.ts'
import { within } from '../kit/subjects.ts'
import { type Life, openCase, playLife, SETTLES_MS, succeeds, USE } from './case-life.ts'
import type { FieldCase } from './field-case.ts'
import { lostBetween, unitChanges } from './what-changed.ts'

export interface PlayedCase {
  /** Exposure ×10. */
  before: number
  after: number
  exitCode: number | undefined
  seconds: number
  starts: { started: number; failed: number }
  use: Life & { undo: Life['after'] }
  /** What the end of the walk, or its refusal, said. */
  said: string
  /** What is not as before, after the walk (of others) and after the undo. */
  harm: string[]
  output: string
}

/** Whether what waits for the next run of a oneshot is still there: it removes itself a moment after that run. */
async function standsBy(lab: Lab, unit: string): Promise<boolean> {
  return succeeds(lab, ['test', '-e', `/etc/systemd/system/hardenctl-standby-${unit}.service`])
}

/** Units at work besides this one; what others do meanwhile is not hardenctl's. */
async function unitsAtWork(lab: Lab, unit: string): Promise<string[]> {
  const argv = [
    'systemctl',
    'list-units',
    '--no-legend',
    '--plain',
    '--state=active',
    '--type=service,socket',
  ]
  const names = (await lab.output(argv)).split('\n').map((line) => line.split(' ')[0] ?? '')
  return names.filter(
    (name) => name !== '' && !name.startsWith(`${unit}.`) && !/^(systemd|hardenctl)-|^user/.test(name),
  )
}

/** The lines that tell how it ended: the refusal, or what stands between the exposure and the health of the service. */
function endOf(stdout: string, stderr: string): string {
  const end = stdout.slice(Math.max(0, stdout.lastIndexOf('\nExposure:')))
  const health = /^The service is .*$/m.exec(end)?.[0]
  const notes = end.split('\n').slice(2)
  const first = notes.indexOf('')
  const told = [...notes.slice(0, Math.max(0, first)), health ?? '', stderr.trim().split('\n')[0] ?? '']
  return told.filter(Boolean).join(' ')
}

/** Walks a case by --yes, blind or with its use as exercise, and plays the use at each point of its life. */
export async function playCase(field: FieldCase, seen: boolean): Promise<PlayedCase> {
  const { unit } = field
  const opened = await openCase(field)
  const { lab } = opened
  try {
    const listed: Listing = await list(lab, unit)
    const others = await unitsAtWork(lab, unit)
    const began = performance.now()
    const argv = [unit, '--yes', ...(seen ? ['--exercise', USE] : [])]
    const { walk, before, after, starts } = await watchWalk(lab, `${unit}.service`, argv)
    const seconds = Math.round((performance.now() - began) / 1000)
    const atWork = await unitsAtWork(lab, unit)
    const life = await playLife(opened, unit)
    await within(SETTLES_MS, async () => !(await standsBy(lab, unit)))
    const gone = lostBetween(listed, await list(lab, unit)).filter((line) => line.endsWith('is gone'))
    const undone = await lab.run(['hardenctl', 'undo', unit], { timeoutMs: 120_000 })
    const afterUndo = await opened.use()
    const end = await list(lab, unit)
    const harm = [
      ...others.filter((name) => !atWork.includes(name)).map((name) => `${name} no longer at work`),
      ...gone.map((line) => `${line} after the walk`),
      ...(undone.exitCode === 0 ? [] : [`the undo ended with ${undone.exitCode}`]),
      ...[...lostBetween(listed, end), ...unitChanges(listed, end)].map((line) => `${line} after the undo`),
    ]
    return {
      ...{ before, after, exitCode: walk.exitCode, seconds, starts, harm },
      use: { ...life, undo: afterUndo },
      said: endOf(walk.stdout, walk.stderr),
      output: `${walk.stdout}\n${walk.stderr}`,
    }
  } finally {
    await lab.stop()
  }
}
