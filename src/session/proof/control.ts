import { reasonOf } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { emptyVolatile, type VolatileListing } from '../../rehearsal/compare/volatile.ts'
import { queue, resetFailed } from '../../systemd/manager/control.ts'
import { first, showUnit } from '../../systemd/manager/show.ts'
import { checkHealth } from '../../trial/health/health.ts'
import { proveReload, proveStopAndStart } from '../../trial/transaction/final-trial.ts'
import { attempt } from '../../trial/transaction/transaction.ts'
import type { TrialContext } from '../../trial/transaction/trial.ts'
import { healthCheckInput, UnhealthyError } from '../../trial/transaction/trial-health.ts'
import { takeBack } from '../../trial/transaction/undo.ts'

/**
 * What the unhardened service bears of all that a trial plays. A trial plays no more than that: what fails without any
 * hardening says nothing of a directive.
 */
export interface Control {
  reload: boolean
  /** boot: a stop, and a start after the folders of /run were emptied. plain: a stop and a start. */
  restart: 'boot' | 'plain' | 'none'
  /** Milliseconds that its stop took. */
  stopMs: number
  /** What is left out and why, a sentence each. */
  notes: readonly string[]
}

/** Where no clone can play it, everything is taken to be borne. */
export const UNPLAYED: Control = { reload: true, restart: 'boot', stopMs: 0, notes: [] }

/** What was played, where a clone could play it. */
export function controlOf(
  rehearsing: { possible: true; control: Control } | { possible: false } | undefined,
): Control {
  return rehearsing?.possible === true ? rehearsing.control : UNPLAYED
}

function words(error: unknown): string {
  if (error instanceof UnhealthyError) return error.report.reasons[0]?.text ?? error.message
  return reasonOf(error)
}

/** The sockets that start the unit: while one is active, its file belongs to it and not to the service. */
async function socketsOf(host: Host, unit: string): Promise<string[]> {
  const named = first(await showUnit(host, unit, ['TriggeredBy']), 'TriggeredBy').split(' ')
  return named.filter((name) => name.endsWith('.socket'))
}

/** Brings a clone to where a boot begins, while its service is stopped: sockets are made anew as a boot makes them. */
export async function asAfterBoot(host: Host, unit: string, volatile: VolatileListing): Promise<void> {
  const sockets = await socketsOf(host, unit)
  for (const socket of sockets) await host.run(['systemctl', 'stop', '--', socket])
  await emptyVolatile(host, volatile)
  for (const socket of sockets) await host.run(['systemctl', 'start', '--', socket])
}

/** Starts the service anew after it failed something; true when it answers. */
async function bringBack(trials: TrialContext): Promise<boolean> {
  const { host, unit } = trials
  await resetFailed(host, unit)
  await queue(host, 'restart', unit)
  const any = { invocation: '', processes: [] }
  return (await checkHealth(healthCheckInput(trials, any, Date.now()))).healthy
}

/** Why `play` failed, with the service brought back; undefined when it did not. */
async function failureOf(trials: TrialContext, play: () => Promise<void>): Promise<string | undefined> {
  try {
    await play()
    return undefined
  } catch (error) {
    trials.signal?.throwIfAborted()
    await bringBack(trials)
    return words(error)
  }
}

/**
 * Plays in a clone, on the service as it is, exactly what each trial will play: a restart under an empty drop-in with its
 * health check, a reload, a stop and a start as after a boot. Returns why nothing can be proven where not even the
 * restart is borne.
 */
export async function playControl(
  trials: TrialContext,
  volatile: VolatileListing,
  canReload: boolean,
): Promise<Control | { why: string }> {
  const { host, unit } = trials
  const restarted = await attempt(trials, 'all', { assignments: [], ownership: [] })
  if (!restarted.healthy) {
    const said = restarted.reasons[0]?.text ?? 'it is not healthy'
    return { why: `a restart breaks the unhardened service too: ${said}` }
  }
  await takeBack(trials, restarted.trial)
  const notes: string[] = []
  const reload = canReload ? await failureOf(trials, () => proveReload(trials)) : undefined
  if (reload !== undefined)
    notes.push(`No trial reloads the service, since a reload breaks the unhardened service too: ${reload}.`)
  let stopMs = 0
  const cycle = (between: () => Promise<void>) =>
    failureOf(trials, async () => {
      stopMs = await proveStopAndStart(trials, between)
    })
  const played = { reload: reload === undefined, notes }
  const boot = await cycle(() => asAfterBoot(host, unit, volatile))
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
