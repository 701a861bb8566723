import { setTimeout as pause } from 'node:timers/promises'
import type { Host } from '../../host/host.ts'
import { first, showUnit } from '../../systemd/manager/show.ts'
import { takeSnapshot } from '../../trial/health/unit-snapshot.ts'
import { endsAgainAndAgain } from './ended.ts'

/** A service that systemd restarted and that has run for so long since then does not end at each start. */
const LASTING_MS = 10_000
const LOOK_MS = 250

/** Milliseconds since the unit became active. systemd tells it by CLOCK_MONOTONIC, as process.hrtime() does. */
async function activeFor(host: Host, unit: string): Promise<number> {
  const key = 'ActiveEnterTimestampMonotonic'
  const since = Number(first(await showUnit(host, unit, [key]), key)) || 0
  return Number(process.hrtime.bigint() / 1000n - BigInt(since)) / 1000
}

/**
 * Refuses a service that ends and is restarted by systemd again and again, though nobody changed anything: no trial
 * could tell what a setting does to it. Waits only for a service that systemd restarted within the last ten seconds.
 */
export async function requireStaysUp(host: Host, unit: string): Promise<void> {
  const before = await takeSnapshot(host, unit)
  if (before.restarts === 0) return
  while ((await activeFor(host, unit)) < LASTING_MS) {
    await pause(LOOK_MS)
    const { active, invocation, restarts } = await takeSnapshot(host, unit)
    if (active === 'active' && invocation === before.invocation) continue
    throw await endsAgainAndAgain(host, unit, Math.max(restarts, before.restarts))
  }
}
