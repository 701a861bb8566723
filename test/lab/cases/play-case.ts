import { bootLab, type Lab } from '../kit/lab.ts'
import { type Listing, list } from '../kit/listing.ts'
import { watchWalk } from '../kit/once-run.ts'
import { CASE_PACKAGES } from '../kit/roots.ts'
import { show, within } from '../kit/subjects.ts'
import type { FieldCase } from './field-case.ts'
import { lostBetween, unitChanges } from './what-changed.ts'

const USE = '/opt/use'
const SAME = '/opt/same'
const USE_LIMIT_MS = 60_000
const SETTLES_MS = 15_000

/** One point of the service's life: undefined where it has no such point. */
type Verdict = 'ok' | 'LOST' | 'other' | undefined

export interface PlayedCase {
  /** Exposure ×10. */
  before: number
  after: number
  exitCode: number | undefined
  seconds: number
  starts: { started: number; failed: number }
  use: { after: Verdict; reload: Verdict; restart: Verdict; undo: Verdict }
  /** What the end of the walk, or its refusal, said. */
  said: string
  /** What is not as before, after the walk (of others) and after the undo. */
  harm: string[]
  output: string
}

/** As hardenctl itself plays an exercise: as nobody, without groups and rights to be gained. */
const AS_NOBODY = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--no-new-privs']

async function used(lab: Lab): Promise<boolean> {
  return (await lab.run([...AS_NOBODY, USE], { timeoutMs: USE_LIMIT_MS })).exitCode === 0
}

/** Runs the case's set-up; where it fails, with what the unit said. */
async function setUp(lab: Lab, unit: string): Promise<void> {
  const done = await lab.run(['bash', '/opt/setup'], { timeoutMs: 120_000 })
  if (done.exitCode === 0) return
  const said = await lab.run(['journalctl', '-q', '--no-pager', '-o', 'cat', '-n', '8', '-u', unit])
  throw new Error(`the set-up ended with ${done.exitCode}: ${said.stdout}`)
}

/** A lab in which the case was set up, and where its use works. */
async function openCase({ name, unit, setup, use, same, unplayed }: FieldCase): Promise<Lab> {
  const files = { '/opt/setup': setup, [USE]: use, [SAME]: same ?? '' }
  const lab = await bootLab({ suite: 'trixie', packages: CASE_PACKAGES, files })
  try {
    await lab.output(['chmod', '755', '/opt', USE])
    await setUp(lab, unit)
    if (!unplayed && !(await within(SETTLES_MS, () => used(lab))))
      throw new Error(`${name} does not serve at all`)
    return lab
  } catch (error) {
    await lab.stop()
    throw error
  }
}

async function succeeds(lab: Lab, argv: readonly string[]): Promise<boolean> {
  return (await lab.run(argv, { timeoutMs: 100_000 })).exitCode === 0
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
  const { unit, same } = field
  const lab = await openCase(field)
  const content = async () => (same === undefined ? '' : (await lab.run(['sh', SAME])).stdout)
  const verdict = async (wanted: string): Promise<Verdict> => {
    if (!(await within(SETTLES_MS, () => used(lab)))) return 'LOST'
    return (await content()) === wanted ? 'ok' : 'other'
  }
  try {
    const wanted = await content()
    const listed: Listing = await list(lab, unit)
    const others = await unitsAtWork(lab, unit)
    const began = performance.now()
    const argv = [unit, '--yes', ...(seen ? ['--exercise', USE] : [])]
    const { walk, before, after, starts } = await watchWalk(lab, `${unit}.service`, argv)
    const seconds = Math.round((performance.now() - began) / 1000)
    const atWork = await unitsAtWork(lab, unit)
    const afterWalk = await verdict(wanted)
    const canReload = (await show(lab, unit, 'CanReload')) === 'yes'
    const reload = canReload
      ? (await succeeds(lab, ['systemctl', 'reload', unit]))
        ? await verdict(wanted)
        : 'LOST'
      : undefined
    const restart = (await succeeds(lab, ['systemctl', 'restart', unit])) ? await verdict(wanted) : 'LOST'
    await within(SETTLES_MS, async () => !(await standsBy(lab, unit)))
    const gone = lostBetween(listed, await list(lab, unit)).filter((line) => line.endsWith('is gone'))
    const undone = await lab.run(['hardenctl', 'undo', unit], { timeoutMs: 120_000 })
    const afterUndo = await verdict(wanted)
    const end = await list(lab, unit)
    const harm = [
      ...others.filter((name) => !atWork.includes(name)).map((name) => `${name} no longer at work`),
      ...gone.map((line) => `${line} after the walk`),
      ...(undone.exitCode === 0 ? [] : [`the undo ended with ${undone.exitCode}`]),
      ...[...lostBetween(listed, end), ...unitChanges(listed, end)].map((line) => `${line} after the undo`),
    ]
    return {
      ...{ before, after, exitCode: walk.exitCode, seconds, starts, harm },
      use: { after: afterWalk, reload, restart, undo: afterUndo },
      said: endOf(walk.stdout, walk.stderr),
      output: `${walk.stdout}\n${walk.stderr}`,
    }
  } finally {
    await lab.stop()
  }
}

/** True where the setting that breaks the case by hand breaks its use, so that a use that works means something. */
export async function canFail(field: FieldCase): Promise<boolean> {
  const lab = await openCase(field)
  try {
    await lab.write(
      `/run/systemd/system/${field.unit}.service.d/weak.conf`,
      `[Service]\n${field.weak ?? ''}\n`,
    )
    await lab.output(['systemctl', 'daemon-reload'])
    const started = await succeeds(lab, ['systemctl', 'restart', field.unit])
    return !started || !(await within(SETTLES_MS, () => used(lab)))
  } finally {
    await lab.stop()
  }
}
