import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path/posix'
import { orElse } from './errors.ts'

/** A group may go while it is looked at; then it has no members. */
async function idsIn(folder: string): Promise<number[]> {
  const text = await readFile(join(folder, 'cgroup.procs'), 'utf8').catch(orElse(''))
  // 0 is a process of a PID namespace that the reader can't see.
  return text
    .split('\n')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid > 0)
}

/** Ids in the cgroup.procs files at `folder` and below, as this process's PID namespace counts. */
export async function membersBelow(folder: string): Promise<number[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(orElse([]))
  const below = entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => membersBelow(join(folder, name)))
  return (await Promise.all([idsIn(folder), ...below])).flat()
}

/** The id in the innermost PID namespace: the last one of NSpid (proc_pid_status(5)). */
export async function innermostId(pid: number): Promise<number[]> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(orElse(''))
  const inside = Number(/^NSpid:\s.*?(\d+)$/m.exec(status)?.[1])
  return inside > 0 ? [inside] : []
}
