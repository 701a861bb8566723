import { setTimeout as pause } from 'node:timers/promises'
import type { Host } from '../../host/host.ts'
import { areTraced, straceVersion } from '../follow/strace.ts'
import { connectedIn, FOLLOW_CONNECTIONS } from './failing-check-targets.ts'
import type { ListenerAddress } from './listener-unit.ts'

/** Time in which a service that is asked again turns to those that it needs. */
const FOLLOW_SECONDS = 4
/** Who was refused may not try again at once. */
const AGAIN_MS = 1000
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
  if (pids.length === 0 || (await straceVersion(clone)) === undefined)
    return { asked: await ask(), peers: [] }
  // strace lets go of the processes at SIGINT.
  const follow = ['timeout', '--signal=INT', String(FOLLOW_SECONDS), ...FOLLOW_CONNECTIONS]
  const following = clone.run([...follow, ...pids.flatMap((pid) => ['-p', String(pid)])])
  const until = performance.now() + ATTACH_LIMIT_MS
  // It attaches one by one: the thread that asks others may be the last of hundreds.
  while (!(await areTraced(clone, pids)) && performance.now() < until) await pause(50)
  await ask()
  await pause(AGAIN_MS)
  const asked = await ask()
  return { asked, peers: connectedIn((await following).stderr) }
}
