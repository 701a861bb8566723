import type { Host } from '../../host/host.ts'
import { parseStat } from '../../observe/proc/process-status.ts'
import { invocationJournal } from '../../systemd/log/journal.ts'
import { type Login, loginsIn, sessionsSince } from '../../systemd/log/logins.ts'
import { takeSnapshot } from './unit-snapshot.ts'

/** A server, the process of a connection, the session: never much deeper. */
const MAX_PARENTS = 5

async function descendsFrom(host: Host, pid: number, ancestor: number): Promise<boolean> {
  let now = pid
  for (let step = 0; step < MAX_PARENTS && now > 1; step += 1) {
    if (now === ancestor) return true
    now = parseStat((await host.read(`/proc/${now}/stat`)) ?? '')?.parent ?? 0
  }
  return false
}

/**
 * The newest login that the running invocation of a unit let in; undefined where none was seen. By its own words in the
 * journal; a session of logind's counts while its first process is a descendant of the unit's main one.
 */
export async function newestLogin(host: Host, unit: string, since: number): Promise<Login | undefined> {
  const { invocation, mainPid } = await takeSnapshot(host, unit)
  const told = loginsIn(await invocationJournal(host, invocation))
  const sessions = await sessionsSince(host, since)
  const own = await Promise.all(sessions.map(({ leader }) => descendsFrom(host, leader, mainPid)))
  const all = [...told, ...sessions.filter((_, index) => own[index])]
  return all.filter(({ at }) => at >= since).sort((a, b) => b.at - a.at)[0]
}
