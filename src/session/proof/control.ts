import { reasonOf } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import type { Facts } from '../../observe/facts.ts'
import type { Unlike } from '../../rehearsal/boot/proven-clone.ts'
import { footprintOf } from '../../rehearsal/compare/footprint.ts'
import { listWritten, type WrittenListing } from '../../rehearsal/compare/overlay-diff.ts'
import { emptyVolatile, type VolatileListing } from '../../rehearsal/compare/volatile.ts'
import { activeSockets, queue, resetFailed } from '../../systemd/manager/control.ts'
import { first, showUnit } from '../../systemd/manager/show.ts'
import { type LogMarks, linesSince } from '../../trial/diagnosis/complaints.ts'
import { withLastingContent } from '../../trial/diagnosis/content-changes.ts'
import type { Baseline, CheckAnswer } from '../../trial/health/baseline.ts'
import { isCommand } from '../../trial/health/check.ts'
import type { FullCheck } from '../../trial/health/full/exchange.ts'
import { checkHealth } from '../../trial/health/health.ts'
import { heard } from '../../trial/health/heard.ts'
import { ANY_START } from '../../trial/health/judge.ts'
import {
  disarmFinalUndo,
  proveReload,
  proveStopAndStart,
  StopError,
} from '../../trial/transaction/final-trial.ts'
import { attempt } from '../../trial/transaction/transaction.ts'
import type { TrialContext } from '../../trial/transaction/trial.ts'
import { healthCheckInput } from '../../trial/transaction/trial-health.ts'
import type { Usual } from './clone-oddities.ts'
import { playFullControl } from './full-control.ts'

/**
 * The steps of a trial that the unhardened service survives. A trial plays only these: a step that fails without
 * hardening says nothing about a directive.
 */
export interface Control {
  reload: boolean
  /**
   * boot: a stop, and a start after the folders of /run were emptied. plain: a stop and a start. later: whoever asks
   * plays the reload, the stop and the start at the end, of all that held until then.
   */
  restart: 'boot' | 'plain' | 'none' | 'later'
  /** Milliseconds that its stop took. */
  stopMs: number
  /** systemd had to end it by force, at the limit of its time: no clone waits for that. */
  isForced?: boolean
  /** What is played from its beginning to its end in each trial in a clone. */
  full: readonly FullCheck[]
  /** The steps that are left out and why, one sentence each. */
  notes: readonly string[]
  /** What it said and wrote meanwhile; absent where nothing was played. */
  usual?: Usual
}

/** What the unhardened service came to in clones, and the baseline with what they showed of it. */
export type ControlVerdict = { same: true; control: Control; baseline: Baseline } | Unlike | NoControl

/** Why nothing can be proven in clones. `isLost`: a restart leaves the unhardened service down, so a trial would too. */
export type NoControl = { same: undefined; why: string; isLost?: boolean }

/** Where the logs of a service ended before its clone was booted, and when that was, in epoch milliseconds. */
export interface BeginOfLogs {
  marks: LogMarks
  since: number
}

/** A stop that takes longer is not waited for where nothing is proven by it. */
const SLOW_STOP_MS = 3000

/** The service stops slowly, so that a clone that was asked is thrown away and another one booted. */
export function stopsSlowly({ stopMs }: Control): boolean {
  return isSlowStop(stopMs)
}

function isSlowStop(stopMs: number): boolean {
  return stopMs > SLOW_STOP_MS
}

/** The same, with all that follows the restart put off to the end. */
export function putOff(control: Control): Control {
  return { ...control, reload: false, restart: 'later' }
}

/** If no clone can play the steps, the service is expected to survive all of them. */
export const UNPLAYED: Control = { reload: true, restart: 'boot', stopMs: 0, full: [], notes: [] }

/** The steps that a clone played. */
export function controlOf(
  rehearsing: { possible: true; control: Control } | { possible: false } | undefined,
): Control {
  return rehearsing?.possible === true ? rehearsing.control : UNPLAYED
}

/**
 * Brings a clone to the state of a boot while its service is stopped; sockets are created again as at a boot: while one
 * is active, its file belongs to the socket unit and not to the service.
 */
export async function asAfterBoot(host: Host, unit: string, volatile: VolatileListing): Promise<void> {
  const sockets = await activeSockets(host, unit)
  for (const socket of sockets) await host.run(['systemctl', 'stop', '--', socket])
  await emptyVolatile(host, volatile)
  for (const socket of sockets) await host.run(['systemctl', 'start', '--', socket])
}

/** Restarts the service after a step failed, and waits until it answers or cannot. */
async function bringBack(trials: TrialContext): Promise<void> {
  const { host, unit } = trials
  await resetFailed(host, unit)
  await queue(host, 'restart', unit)
  await checkHealth(healthCheckInput(trials, ANY_START, Date.now()))
}

/** Why `play` failed; the service is restarted then. Undefined if it passed. */
async function failureOf(trials: TrialContext, play: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await play()
    return undefined
  } catch (error) {
    trials.signal?.throwIfAborted()
    await bringBack(trials)
    return reasonOf(error)
  }
}

/** A process that no stop ends keeps the limits that it began with: no trial reaches it. */
async function survivorHelp(host: Host, unit: string): Promise<string> {
  const mode = first(await showUnit(host, unit, ['KillMode']), 'KillMode')
  const cause = mode === 'control-group' ? '' : ` KillMode=${mode} lets it live;`
  return `. A stop does not end it, so nothing that is set now would reach it:${cause} KillMode=control-group would end all of its processes with it`
}

/**
 * Plays on the unhardened service in a clone what each trial will play: a restart with an empty drop-in and its health
 * check, a reload, a stop and a start as after a boot, and its protocols in full. Returns why nothing can be proven if
 * the service does not even survive the restart.
 */
export async function playControl(
  { trials, volatile, begun }: { trials: TrialContext; volatile: VolatileListing; begun: BeginOfLogs },
  facts: Facts,
): Promise<Control | Omit<NoControl, 'same'>> {
  const { host, unit } = trials
  const played = await playSteps(trials, volatile, facts.unit.canReload)
  if ('why' in played) return played
  const { steps, listings, answers } = played
  const { full, notes } = await playFullControl(trials, facts)
  const said = new Set((await linesSince(host, unit, begun.marks, begun.since)).keys())
  const footprint = footprintOf(listings, await listWritten(host))
  const usual = { said, footprint, answers, byChance: new Set<string>() }
  return { ...steps, full, notes: [...steps.notes, ...notes], usual }
}

function forcedNote(stopMs: number): string {
  const seconds = Math.round(stopMs / 1000)
  return `No trial waits for the service to stop, since it does not end by itself unhardened either: systemd ends it by force after ${seconds} s. Each restart of the live service takes as long.`
}

interface PlayedSteps {
  steps: Omit<Control, 'full' | 'usual'>
  /** Before the first start, and after each part of its life that begins with a start. */
  listings: readonly WrittenListing[]
  /** What it answered, with the content that was the same each time. */
  answers: readonly CheckAnswer[]
}

async function playSteps(
  trials: TrialContext,
  volatile: VolatileListing,
  canReload: boolean,
): Promise<PlayedSteps | Omit<NoControl, 'same'>> {
  const { host, unit } = trials
  const started = await listWritten(host)
  // All that is there beside what was there before its first start is the first start's.
  const listings = [new Map([...started].filter(([path]) => volatile.has(path))), started]
  let stopMs = 0
  let isForced = false
  let exercised: readonly CheckAnswer[] = []
  const cycle = (between: () => Promise<void>) =>
    failureOf(trials, async () => {
      const { stopMs: ms, report } = await proveStopAndStart(trials, between).catch((error) => {
        if (error instanceof StopError) {
          stopMs = error.ms
          isForced = isSlowStop(stopMs)
        }
        throw error
      })
      stopMs = ms
      exercised = (report.answers ?? []).filter(({ check }) => isCommand(check))
    })
  // First, since it tells how long a stop takes: what was stopped in order once need not be a second time.
  const boot = await cycle(() => asAfterBoot(host, unit, volatile))
  if (boot === undefined) listings.push(await listWritten(host))
  const isAbrupt = isSlowStop(stopMs)
  const change = { assignments: [], ownership: [] }
  const restarted = await attempt({ ...trials, isAbrupt }, 'all', change, { isBrief: canReload })
  if (!restarted.healthy) {
    const [reason] = restarted.reasons
    const said = reason?.text ?? 'it is not healthy'
    const help = reason?.kind === 'stray' ? await survivorHelp(host, unit) : ''
    const why = `a restart breaks the unhardened service too: ${said}${help}`
    // With an old process that lives on, the service answers all the same.
    return { why, isLost: reason?.kind !== 'stray' }
  }
  // A trial without a line may stay: the undo would stop the service once more.
  await disarmFinalUndo(trials)
  listings.push(await listWritten(host))
  const notes: string[] = []
  const brief = { invocation: restarted.report.last?.invocation ?? '', since: restarted.trial.since }
  const reload = canReload ? await failureOf(trials, () => proveReload(trials, brief)) : undefined
  if (reload !== undefined)
    notes.push(`No trial reloads the service, since a reload breaks the unhardened service too: ${reload}.`)
  const questions = trials.baseline.answers.map(({ check }) => check).filter((check) => !isCommand(check))
  const played = async (restart: Control['restart']): Promise<PlayedSteps> => {
    const again = await Promise.all(questions.map((check) => heard(host, check)))
    const answers = withLastingContent(restarted.report.answers ?? [], [...again, ...exercised])
    return { steps: { reload: reload === undefined, restart, stopMs, isForced, notes }, listings, answers }
  }
  if (boot === undefined) return played('boot')
  if (isForced) {
    notes.push(forcedNote(stopMs))
    return played('none')
  }
  const plain = await cycle(async () => undefined)
  if (plain === undefined) {
    notes.push(
      `No trial starts the service as after a boot, since that fails for the unhardened service too: ${boot}.`,
    )
    return played('plain')
  }
  notes.push(
    `No trial stops and starts the service separately, since that breaks the unhardened service too: ${plain}.`,
  )
  return played('none')
}
