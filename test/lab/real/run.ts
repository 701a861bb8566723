import type { CommandResult } from '../kit/command.ts'
import { bootLab, type Lab } from '../kit/lab.ts'
import { keptStages, letProbeIn, type Starts, startsOf, watchWalk } from '../kit/once-run.ts'
import { exposureOf, show, within } from '../kit/subjects.ts'
import { BY_HAND } from './by-hand.ts'
import type { RealService } from './real-service.ts'

export const USE = '/opt/use'
const USE_LIMIT_MS = 90_000

export interface Hardened {
  /** Exposure ×10. */
  before: number
  after: number
  /** When the use failed first, or the exposure or a kept setting was another; undefined where all held. */
  broke: string | undefined
}

export interface WalkedReal extends Hardened {
  walk: CommandResult
  stages: number
  /** Starts of the live unit that the walk made. */
  starts: Starts
  /** What clones narrowed or made it give up. */
  relaxed: string[]
}

const used = async (lab: Lab): Promise<boolean> =>
  (await lab.run([USE], { timeoutMs: USE_LIMIT_MS })).exitCode === 0

/** A lab in which the service is used as it came. */
export async function openReal({ unit, suite, wish, use }: RealService): Promise<Lab> {
  const setup = [...(wish.setup ?? []), ['chmod', '755', USE]]
  const lab = await bootLab({ ...wish, suite, files: { ...wish.files, [USE]: use }, setup })
  try {
    if (unit.startsWith('postgresql')) await letProbeIn(lab)
    // A unit that is "active" before it listens answers a moment later.
    if (!(await within(10_000, () => used(lab)))) throw new Error(`${unit} on ${suite} does not serve at all`)
    return lab
  } catch (error) {
    await lab.stop()
    throw error
  }
}

const RELOAD = 'after a reload'
const POINTS: readonly [string, (lab: Lab, unit: string) => Promise<boolean>][] = [
  ['at the end', async () => true],
  [RELOAD, (lab, unit) => succeeds(lab, ['systemctl', 'reload', unit])],
  [
    'after stop and start',
    async (lab, unit) =>
      (await succeeds(lab, ['systemctl', 'stop', unit])) && succeeds(lab, ['systemctl', 'start', unit]),
  ],
  [
    'after a reboot',
    async (lab, unit) => {
      await lab.reboot()
      return succeeds(lab, ['systemctl', 'is-active', unit])
    },
  ],
]

async function succeeds(lab: Lab, argv: readonly string[]): Promise<boolean> {
  return (await lab.run(argv, { timeoutMs: 100_000 })).exitCode === 0
}

/** Uses the service at each point of its life; `holds` is asked there too, and says what does not. */
async function brokenInLife(
  lab: Lab,
  { unit, exercised, reloads = true }: RealService,
  holds: () => Promise<string | undefined>,
): Promise<string | undefined> {
  const canReload = reloads && (await show(lab, unit, 'CanReload')) === 'yes'
  for (const [when, reach] of POINTS.filter(([when]) => canReload || when !== RELOAD)) {
    if (!(await reach(lab, unit))) return `${when}: not started`
    const serves = exercised ? await within(10_000, () => used(lab)) : await used(lab)
    if (!serves) return `${when}: does not serve`
    const other = await holds()
    if (other !== undefined) return `${when}: ${other}`
  }
  return undefined
}

const MAX_REASON = 70

/** "SystemCallFilter (chown tries fchownat, …)" for each row that a clone made it loosen or leave out, and why. */
function relaxedIn(output: string): string[] {
  const why = new Map<string, string>()
  for (const line of output.split('\n')) {
    const broke = /^ {2}breaks in a clone: ([A-Z]\w+)=.*?: (.*)$/.exec(line)
    const loosened = /^ {2}now ([A-Z]\w+)=.*: The trial showed that (.*?)\.?$/.exec(line)
    const [, key, reason] = loosened ?? broke ?? []
    if (key !== undefined && reason !== undefined) why.set(key, reason.slice(0, MAX_REASON))
  }
  return [...why].map(([key, reason]) => `${key} (${reason.replaceAll('|', '/')})`)
}

/** "path owner:group mode" of what a service may keep its files in. */
async function ownersIn(lab: Lab): Promise<Set<string>> {
  const folders = ['/etc', '/home', '/srv', '/var/cache', '/var/lib', '/var/log']
  const find = ['find', ...folders, '-not', '-path', '*hardenctl*', '-printf', '%p %u:%g %m\\n']
  return new Set((await lab.output(find)).split('\n'))
}

/** Everything back as before the walk; what was made since stays whose it is. */
async function brokenByUndo(
  lab: Lab,
  service: RealService,
  { before, owners }: { before: number; owners: Set<string> },
): Promise<string | undefined> {
  const undo = await lab.run(['hardenctl', 'undo', service.unit], { timeoutMs: 120_000 })
  if (undo.exitCode !== 0) return `the undo failed: ${undo.stdout.split('\n')[0]}`
  if ((await exposureOf(lab, `${service.unit}.service`)) !== before) return 'the undo left something in force'
  if (service.exercised && !(await within(10_000, () => used(lab)))) return 'after the undo: does not serve'
  const now = await ownersIn(lab)
  const paths = new Set([...now].map((line) => line.split(' ')[0]))
  const other = [...owners].find((line) => !now.has(line) && paths.has(line.split(' ')[0]))
  return other && `after the undo: no longer ${other}`
}

/** The whole walk with --yes in a lab of its own, the life after it, and the undo of it all. blind: nobody tells of a use. */
export async function walkReal(service: RealService, blind = false): Promise<WalkedReal> {
  const { unit, exercised } = service
  const lab = await openReal(service)
  try {
    const owners = await ownersIn(lab)
    const asInLife = ['--exercise', USE, '--exercise-as', 'nobody']
    const argv = [unit, '--yes', ...(exercised && !blind ? asInLife : [])]
    const { walk, before, after, starts } = await watchWalk(lab, `${unit}.service`, argv)
    const stages = keptStages(walk)
    const broken = await brokenInLife(lab, service, async () => {
      const now = await exposureOf(lab, `${unit}.service`)
      if (now !== after) return `exposure ${now / 10}`
      const status = await lab.run(['hardenctl', 'status', unit])
      return status.exitCode === 0 ? undefined : 'what was kept is not in force'
    })
    const broke = broken ?? (stages > 0 ? await brokenByUndo(lab, service, { before, owners }) : undefined)
    return { walk, before, after, broke, starts, stages, relaxed: relaxedIn(walk.stdout) }
  } finally {
    await lab.stop()
  }
}

/** The drop-in that was written by hand, in a lab of its own, through the same life. */
export async function walkByHand(service: RealService): Promise<Hardened> {
  const { unit, name } = service
  const lab = await openReal(service)
  try {
    const before = await exposureOf(lab, `${unit}.service`)
    const dropIn = BY_HAND[name] ?? ''
    if (dropIn === '') return { before, after: before, broke: undefined }
    await lab.write(`/etc/systemd/system/${unit}.service.d/by-hand.conf`, dropIn)
    await lab.output(['systemctl', 'daemon-reload'])
    const restarted = await lab.run(['systemctl', 'restart', unit], { timeoutMs: 100_000 })
    const after = await exposureOf(lab, `${unit}.service`)
    const broke =
      restarted.exitCode === 0
        ? await brokenInLife(lab, service, async () => {
            const { failed } = await startsOf(lab, `${unit}.service`)
            return failed > 0 ? 'a start failed' : undefined
          })
        : 'at the restart'
    if (broke !== undefined) await tellWhy(lab, unit)
    return { before, after, broke }
  } finally {
    await lab.stop()
  }
}

async function tellWhy(lab: Lab, unit: string): Promise<void> {
  const said = await lab.run(['journalctl', '-q', '--no-pager', '-b', '-n', '25', '-u', unit])
  console.error(said.stdout)
}
