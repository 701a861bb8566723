import { setTimeout as pause } from 'node:timers/promises'
import type { Host } from '../../host/host.ts'
import { straceVersion } from '../follow/strace.ts'
import { connectedIn } from './failing-check-targets.ts'
import type { ListenerAddress } from './listener-unit.ts'

/** Time in which a service that is asked again turns to those that it needs. */
const FOLLOW_SECONDS = 4
const ATTACH_LIMIT_MS = 2000

async function isTraced(clone: Host, pid: number): Promise<boolean> {
  const status = (await clone.read(`/proc/${pid}/status`)) ?? ''
  return /^TracerPid:\s*[1-9]/m.test(status)
}

/**
 * Where on this machine a running service connects to while `ask` asks it: a service that stands before another one
 * answers, and says in no log line whom it missed. Empty where strace is not there.
 */
export async function peersAsked(
  clone: Host,
  pids: readonly number[],
  ask: () => Promise<unknown>,
): Promise<ListenerAddress[]> {
  const [first] = pids
  if (first === undefined || (await straceVersion(clone)) === undefined) return []
  // No string's content is written (-s 0), addresses are. strace lets go of the processes at SIGINT.
  const strace = ['strace', '-f', '-q', '-s', '0', '-e', 'trace=connect']
  const follow = ['timeout', '--signal=INT', String(FOLLOW_SECONDS), ...strace]
  const following = clone.run([...follow, ...pids.flatMap((pid) => ['-p', String(pid)])])
  const until = performance.now() + ATTACH_LIMIT_MS
  while (!(await isTraced(clone, first)) && performance.now() < until) await pause(50)
  await ask()
  return connectedIn((await following).stderr)
}
