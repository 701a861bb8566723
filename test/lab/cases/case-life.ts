import { bootLab, type Lab } from '../kit/lab.ts'
import { CASE_PACKAGES } from '../kit/roots.ts'
import { show, within } from '../kit/subjects.ts'
import type { FieldCase } from './field-case.ts'

/** Path of the use in the lab. */
export const USE = '/opt/use'
const SAME = '/opt/same'
const USE_LIMIT_MS = 60_000
export const SETTLES_MS = 15_000

/** One point of the service's life: undefined where it has no such point. */
type Verdict = 'ok' | 'LOST' | 'other' | undefined

/** A lab in which a case was set up, and where its use works. */
export interface OpenCase {
  lab: Lab
  /** Plays the use, and compares what must stay the same with what was there when the case was opened. */
  use: () => Promise<Verdict>
}

export interface Life {
  after: Verdict
  reload: Verdict
  restart: Verdict
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

async function readyLab(lab: Lab, { name, unit, same, unplayed }: FieldCase): Promise<OpenCase> {
  await lab.output(['chmod', '755', '/opt', USE])
  await setUp(lab, unit)
  const works = () => within(SETTLES_MS, () => used(lab))
  if (!unplayed && !(await works())) throw new Error(`${name} does not serve at all`)
  const content = async () => (same === undefined ? '' : (await lab.run(['sh', SAME])).stdout)
  const wanted = await content()
  const use = async () => {
    if (!(await works())) return 'LOST'
    return (await content()) === wanted ? 'ok' : 'other'
  }
  return { lab, use }
}

export async function openCase(field: FieldCase): Promise<OpenCase> {
  const files = { '/opt/setup': field.setup, [USE]: field.use, [SAME]: field.same ?? '' }
  const lab = await bootLab({ suite: 'trixie', packages: CASE_PACKAGES, files })
  try {
    return await readyLab(lab, field)
  } catch (error) {
    await lab.stop()
    throw error
  }
}

export async function succeeds(lab: Lab, argv: readonly string[]): Promise<boolean> {
  return (await lab.run(argv, { timeoutMs: 100_000 })).exitCode === 0
}

/** The use as it is now, after a reload where the unit has one, and after a restart. */
export async function playLife({ lab, use }: OpenCase, unit: string): Promise<Life> {
  const played = async (verb: string) =>
    (await succeeds(lab, ['systemctl', verb, unit])) ? await use() : 'LOST'
  const after = await use()
  const canReload = (await show(lab, unit, 'CanReload')) === 'yes'
  const reload = canReload ? await played('reload') : undefined
  return { after, reload, restart: await played('restart') }
}
