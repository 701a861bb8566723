import type { SocketFacts } from '../../observe/facts.ts'
import { type Baseline, listenersOf } from './baseline.ts'
import type { Reason } from './judge.ts'

/** A service may open its sockets and answer a little after it is "active": Type=simple. */
const GRACE_MS = 6000
/** One that is busy meanwhile gets longer, within the time that the dead man leaves. */
const BUSY_GRACE_MS = 20_000
/** Without hardening it is waited for what it may wait for itself: nobody is to be blamed, and it tells how long it takes. */
const UNHARDENED_MS = 30_000
const UNHARDENED_BUSY_MS = 90_000
/** A trial may take so many times what the unhardened service took. */
const PATIENCE = 3

/** Milliseconds that a trial gets after its start until it listens and answers, beyond what each one gets. */
export function upLimitMs({ upMs = 0 }: Baseline): number {
  const limit = upMs * PATIENCE
  return limit > GRACE_MS ? limit : 0
}

/** What a service is like that is not healthy yet. */
export interface NotYet {
  reasons: readonly Reason[]
  /** Since PID 1 held it for started. */
  waitedMs: number
  /** Its processes worked since the last look. */
  isBusy: boolean
  /** What it holds open. */
  sockets: readonly SocketFacts[]
}

/** It listens as before, and answers. */
export function isUp(reasons: readonly Reason[]): boolean {
  return reasons.every(({ kind }) => kind !== 'listener' && kind !== 'answer')
}

function graceMs({ reasons, isBusy, sockets }: NotYet, baseline: Baseline, isUnhardened: boolean): number {
  if (isUp(reasons)) return GRACE_MS
  const usual = Math.max(isBusy ? BUSY_GRACE_MS : GRACE_MS, upLimitMs(baseline))
  if (!isUnhardened) return usual
  // One that listens on something else has come up, and lacks what is missed.
  const isSilent = baseline.listeners.length > 0 && listenersOf(sockets).length === 0
  return Math.max(usual, isBusy ? UNHARDENED_BUSY_MS : isSilent ? UNHARDENED_MS : 0)
}

/** Whether it is not waited for any more. A start that failed, a restart or a killed call can't become healthy by waiting. */
export function isFinal(now: NotYet, baseline: Baseline, isUnhardened: boolean): boolean {
  const hopeless = new Set<Reason['kind']>(['start', 'stopped', 'restarting', 'killed', 'error'])
  if (now.reasons.some(({ kind }) => hopeless.has(kind))) return true
  return now.waitedMs > graceMs(now, baseline, isUnhardened)
}
