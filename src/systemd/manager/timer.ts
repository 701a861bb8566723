import { setTimeout as pause } from 'node:timers/promises'
import { ExpectedError } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import type { Manager } from '../../host/manager.ts'
import { nameAsPart, shortName } from './unit-name.ts'

/** A hanging undo would be as bad as none; it runs a few starts, each with PID 1's own limit. */
const UNDO_LIMIT_SECONDS = 1200
/** Between two attempts of an undo that can't be done yet. */
const AGAIN_SECONDS = 60
/** PID 1 forgets a unit that has ended when it has nothing else to do: the last undo's may still be there. */
const FORGET_LIMIT_MS = 3000
const FORGET_INTERVAL_MS = 50
/** Of a timer: its default is a minute. */
const ACCURACY = '--timer-property=AccuracySec=200ms'
/** An undo opens files of others; a link in place of one must not lead to a watchdog or a tape. */
const NO_DEVICES = '--property=DevicePolicy=closed'
const UNDO_WAIT_MS = (UNDO_LIMIT_SECONDS + 60) * 1000

class TimerError extends ExpectedError {
  override name = 'TimerError'
}

/** Tells the script that another timer may run it too. */
export const AS_SECOND = 'second'

/** Name of the transient timer and service, without suffix. Loaded twice is refused by PID 1. */
function deadmanName(unit: string): string {
  return `hardenctl-deadman-${nameAsPart(unit)}`
}

/** systemd-run(1) with a unit name of one's own, which PID 1 may not have forgotten yet. Throws TimerError. */
async function runAsUnit(host: Host, name: string, argv: readonly string[]): Promise<void> {
  const command = ['systemd-run', '--quiet', '--collect', `--unit=${name}`, ...argv]
  const until = performance.now() + FORGET_LIMIT_MS
  let result = await host.run(command)
  while (/already loaded/.test(result.stderr) && performance.now() < until) {
    await pause(FORGET_INTERVAL_MS)
    result = await host.run(command)
  }
  if (result.exitCode !== 0)
    throw new TimerError(`the dead-man timer could not be armed: ${result.stderr.trim().split('\n')[0]}`)
}

/** Stands in for that timer while it gets another time. */
function betweenName(unit: string): string {
  return `hardenctl-between-${nameAsPart(unit)}`
}

/** What the armed timer runs; PID 1 forgets it with the timer. */
export function undoService(unit: string): string {
  return `${deadmanName(unit)}.service`
}

/** Both timers that may run the undo, as units of PID 1; the usual one first. */
export function undoTimers(unit: string): string[] {
  return [deadmanName(unit), betweenName(unit)].map((name) => `${name}.timer`)
}

async function runUndoIn(
  host: Host,
  unit: string,
  { name, script, seconds, argument }: { name: string; script: string; seconds: number; argument?: string },
): Promise<void> {
  await runAsUnit(host, name, [
    `--description=Undo the unfinished hardenctl trial of ${shortName(unit)}`,
    `--on-active=${seconds}s`,
    ACCURACY,
    `--timer-property=OnUnitInactiveSec=${AGAIN_SECONDS}s`,
    '--property=Type=oneshot',
    `--property=TimeoutStartSec=${UNDO_LIMIT_SECONDS}`,
    NO_DEVICES,
    '--property=KillMode=process',
    '/bin/sh',
    script,
    ...(argument === undefined ? [] : [argument]),
  ])
}

/**
 * Makes PID 1 run `/bin/sh script` in `seconds`, even if hardenctl dies: systemd-run(1). A script that succeeds stops
 * the timer; one that fails, for example while /run is full, runs again.
 */
export async function armTimer(host: Host, unit: string, script: string, seconds: number): Promise<void> {
  await runUndoIn(host, unit, { name: deadmanName(unit), script, seconds })
  const isArmed = await anyIsActive(host, [`${deadmanName(unit)}.timer`])
  if (!isArmed) throw new TimerError('the dead-man timer was armed but does not run')
}

/**
 * Gives the armed timer another time, `seconds` from now. A second timer with that time is armed before the first one is
 * stopped, so that at no moment nobody would undo the trial. Throws TimerError; one of the timers is armed even then.
 */
export async function postponeTimer(
  host: Host,
  unit: string,
  script: string,
  seconds: number,
): Promise<void> {
  const [usual, between] = undoTimers(unit)
  if (await undoIsRunning(host, unit)) throw new TimerError('systemd has begun to undo the trial')
  await runUndoIn(host, unit, { name: betweenName(unit), script, seconds, argument: AS_SECOND })
  await host.run(['systemctl', 'stop', usual as string])
  await armTimer(host, unit, script, seconds)
  await host.run(['systemctl', 'stop', between as string])
}

function starterName(unit: string): string {
  return `hardenctl-start-${nameAsPart(unit)}`
}

/** Makes PID 1 start the unit in `seconds`, even if hardenctl dies. Throws TimerError. */
export async function armStart(host: Host, unit: string, seconds: number): Promise<void> {
  await runAsUnit(host, starterName(unit), [
    `--description=Start ${shortName(unit)}, which hardenctl stopped`,
    `--on-active=${seconds}s`,
    ACCURACY,
    'systemctl',
    'start',
    '--',
    unit,
  ])
}

/** Restarts the time of armStart(). */
export async function rearmStart(host: Host, unit: string): Promise<void> {
  await host.run(['systemctl', 'restart', `${starterName(unit)}.timer`])
}

export async function disarmStart(host: Host, unit: string): Promise<void> {
  await host.run(['systemctl', 'stop', `${starterName(unit)}.timer`])
}

/** One of the timers that undo the trial is armed. */
export async function timerIsArmed(host: Host, unit: string): Promise<boolean> {
  return anyIsActive(host, undoTimers(unit))
}

async function anyIsActive(host: Host, units: readonly string[]): Promise<boolean> {
  return (await host.run(['systemctl', 'is-active', '--quiet', ...units])).exitCode === 0
}

/** True while the undo itself runs. */
export async function undoIsRunning(host: Host, unit: string): Promise<boolean> {
  const services = [deadmanName(unit), betweenName(unit)].map((name) => `${name}.service`)
  const result = await host.run(['systemctl', 'is-active', ...services])
  return /^(activating|active|deactivating)/m.test(result.stdout)
}

/** Restarts the time: OnActiveSec counts from the timer's activation. False if no timer is there. */
export async function rearmTimer(host: Host, unit: string): Promise<boolean> {
  for (const timer of undoTimers(unit)) {
    const result = await host.run(['systemctl', 'restart', timer])
    if (result.exitCode === 0 && (await anyIsActive(host, [timer]))) return true
  }
  return false
}

/** One by one: systemctl 262 stops none of several units if it does not know one of them. */
export async function disarmTimer(host: Host, unit: string): Promise<void> {
  for (const timer of undoTimers(unit)) await host.run(['systemctl', 'stop', timer])
}

/**
 * Has systemd-run(1) wait. --wait needs a message bus, which not every user has; a oneshot is waited for by its job, and
 * keeps its time limit.
 */
function untilItEnded({ kind }: Manager): string {
  return kind === 'user' ? '--property=Type=oneshot' : '--wait'
}

/**
 * Runs the undo now through PID 1, and waits for it: killing hardenctl does not stop it. If the timer is gone (it
 * fired, or after a reboot), the script runs as a new transient service.
 */
export async function undoNow(host: Host, unit: string, script: string): Promise<boolean> {
  const started = await host.run(['systemctl', 'start', undoService(unit)], {
    timeoutMs: UNDO_WAIT_MS,
  })
  if (started.exitCode === 0) {
    await disarmTimer(host, unit)
    return true
  }
  if ((await host.stat(script)) === undefined) return false
  const result = await host.run(
    [
      'systemd-run',
      '--quiet',
      '--collect',
      untilItEnded(host.manager),
      `--property=TimeoutStartSec=${UNDO_LIMIT_SECONDS}`,
      NO_DEVICES,
      '/bin/sh',
      script,
    ],
    { timeoutMs: UNDO_WAIT_MS },
  )
  return result.exitCode === 0
}
