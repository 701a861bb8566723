import { reasonOf } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import type { Facts } from '../../observe/facts.ts'
import { emptyVolatile, type VolatileListing } from '../../rehearsal/compare/volatile.ts'
import { queue, resetFailed, socketsOf } from '../../systemd/manager/control.ts'
import { first, showUnit } from '../../systemd/manager/show.ts'
import type { FullCheck } from '../../trial/health/full/exchange.ts'
import { checkHealth } from '../../trial/health/health.ts'
import { ANY_START } from '../../trial/health/judge.ts'
import { disarmFinalUndo, proveReload, proveStopAndStart } from '../../trial/transaction/final-trial.ts'
import { attempt } from '../../trial/transaction/transaction.ts'
import type { TrialContext } from '../../trial/transaction/trial.ts'
import { healthCheckInput } from '../../trial/transaction/trial-health.ts'
import { playFullControl } from './full-control.ts'

/**
 * The steps of a trial that the unhardened service survives. A trial plays only these: a step that fails without
 * hardening says nothing about a directive.
 */
export interface Control {
  reload: boolean
  /** boot: a stop, and a start after the folders of /run were emptied. plain: a stop and a start. */
  restart: 'boot' | 'plain' | 'none'
  /** Milliseconds that its stop took. */
  stopMs: number
  /** What is played from its beginning to its end in each trial in a clone. */
  full: readonly FullCheck[]
  /** The steps that are left out and why, one sentence each. */
  notes: readonly string[]
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
  const sockets = socketsOf(first(await showUnit(host, unit, ['TriggeredBy']), 'TriggeredBy'))
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
  trials: TrialContext,
  volatile: VolatileListing,
  facts: Facts,
): Promise<Control | { why: string }> {
  const steps = await playSteps(trials, volatile, facts.unit.canReload)
  if ('why' in steps) return steps
  const { full, notes } = await playFullControl(trials, facts)
  return { ...steps, full, notes: [...steps.notes, ...notes] }
}

async function playSteps(
  trials: TrialContext,
  volatile: VolatileListing,
  canReload: boolean,
): Promise<Omit<Control, 'full'> | { why: string }> {
  const { host, unit } = trials
  let stopMs = 0
  const cycle = (between: () => Promise<void>) =>
    failureOf(trials, async () => {
      stopMs = (await proveStopAndStart(trials, between)).stopMs
    })
  // First, since it tells how long a stop takes: what was stopped in order once need not be a second time.
  const boot = await cycle(() => asAfterBoot(host, unit, volatile))
  const isAbrupt = boot === undefined && isSlowStop(stopMs)
  const change = { assignments: [], ownership: [] }
  const restarted = await attempt({ ...trials, isAbrupt }, 'all', change, { isBrief: canReload })
  if (!restarted.healthy) {
    const [reason] = restarted.reasons
    const said = reason?.text ?? 'it is not healthy'
    const help = reason?.kind === 'stray' ? await survivorHelp(host, unit) : ''
    return { why: `a restart breaks the unhardened service too: ${said}${help}` }
  }
  // A trial without a line may stay: the undo would stop the service once more.
  await disarmFinalUndo(trials)
  const notes: string[] = []
  const brief = { invocation: restarted.report.last?.invocation ?? '', since: restarted.trial.since }
  const reload = canReload ? await failureOf(trials, () => proveReload(trials, brief)) : undefined
  if (reload !== undefined)
    notes.push(`No trial reloads the service, since a reload breaks the unhardened service too: ${reload}.`)
  const played = { reload: reload === undefined, notes }
  if (boot === undefined) return { ...played, restart: 'boot', stopMs }
  const plain = await cycle(async () => undefined)
  if (plain === undefined) {
    notes.push(
      `No trial starts the service as after a boot, since that fails for the unhardened service too: ${boot}.`,
    )
    return { ...played, restart: 'plain', stopMs }
  }
  notes.push(
    `No trial stops and starts the service separately, since that breaks the unhardened service too: ${plain}.`,
  )
  return { ...played, restart: 'none', stopMs }
}
