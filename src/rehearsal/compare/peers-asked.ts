import { setTimeout as pause } from 'node:timers/promises'
import type { Host } from '../../host/host.ts'
import { straceVersion, tracerPid } from '../follow/strace.ts'
import { connectedIn, FOLLOW_CONNECTIONS } from './failing-check-targets.ts'
import type { ListenerAddress } from './listener-unit.ts'

/** Time in which a service that is asked again turns to those that it needs. */
const FOLLOW_SECONDS = 4
const ATTACH_LIMIT_MS = 2000

/**
 * Where on this machine a running service connects to while `ask` asks it, and what that gave: a service that stands
 * before another one answers, and says in no log line whom it missed. No `peers` where strace is not there.
 */
export async function peersAsked<Asked>(
  clone: Host,
  pids: readonly number[],
  ask: () => Promise<Asked>,
): Promise<{ asked: Asked; peers: ListenerAddress[] }> {
  const [first] = pids
  if (first === undefined || (await straceVersion(clone)) === undefined)
    return { asked: await ask(), peers: [] }
  // strace lets go of the processes at SIGINT.
  const follow = ['timeout', '--signal=INT', String(FOLLOW_SECONDS), ...FOLLOW_CONNECTIONS]
  const following = clone.run([...follow, ...pids.flatMap((pid) => ['-p', String(pid)])])
  const until = performance.now() + ATTACH_LIMIT_MS
  while ((await tracerPid(clone, first)) === 0 && performance.now() < until) await pause(50)
  const asked = await ask()
  return { asked, peers: connectedIn((await following).stderr) }
}
