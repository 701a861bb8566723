import { readdirSync, readFileSync } from 'node:fs'

/** The minimal environment of everything that runs inside: nothing of the caller's leaks in. */
export const INSIDE_ENV: Record<string, string> = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C.UTF-8',
  HOME: '/root',
  USER: 'root',
}

/**
 * The argument array that runs `argv` in all namespaces of process `pid` and in its cgroup, so that it counts as
 * part of the lab: nsenter alone would leave it in the caller's cgroup.
 */
export function insideCommand(pid: number, cgroups: string, argv: readonly string[]): string[] {
  const join = 'echo $$ >"$1" && shift && exec "$@"'
  const procs = `${cgroups}${cgroupOf(pid)}/cgroup.procs`
  return ['/bin/sh', '-c', join, 'sh', procs, 'nsenter', '--target', String(pid), '--all', '--', ...argv]
}

/** Path of a process in the v2 tree, as the host's root cgroup namespace counts it. */
function cgroupOf(pid: number): string {
  const line = /^0::(.*)$/m.exec(readFileSync(`/proc/${pid}/cgroup`, 'utf8'))
  return line?.[1] ?? '/'
}

/** Children of a process, in the order in which they were started. */
export function childrenOf(pid: number): number[] {
  try {
    const text = readdirSync(`/proc/${pid}/task`).map((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8'),
    )
    return text.join(' ').split(' ').filter(Boolean).map(Number)
  } catch {
    return [] // it has ended
  }
}

/** True for the first process of a pid namespace below ours. */
export function isPid1(pid: number): boolean {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return /^NSpid:\t\d+\t1$/m.test(status) && /^Name:\tsystemd$/m.test(status)
  } catch {
    return false
  }
}
