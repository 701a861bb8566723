import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The minimal environment of everything that runs inside: nothing of the caller's leaks in. */
export const INSIDE_ENV: Record<string, string> = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C.UTF-8',
  HOME: '/root',
  USER: 'root',
}

/**
 * The argument array that runs `argv` in all namespaces of process `pid` and in its cgroups, so that it counts as
 * part of the lab: nsenter alone would leave it in the caller's cgroups. `root` is the holder's /sys/fs/cgroup.
 */
export function insideCommand(pid: number, root: string, argv: readonly string[]): string[] {
  const script = 'for procs in $1; do echo $$ >"$procs"; done && shift && exec "$@"'
  const procs = cgroupsOf(pid, root).map((folder) => `${folder}/cgroup.procs`)
  const enter = ['nsenter', '--target', String(pid), '--all', '--', ...argv]
  return ['/bin/sh', '-c', script, 'sh', procs.join(' '), ...enter]
}

/**
 * The groups of a process that are systemd's to manage: in the tree that is mounted at `root`, or below it in that of
 * version 2 and in the named one of version 1 (cgroups(7), /proc/PID/cgroup). systemd can't empty a group of version 1's
 * controllers that has a process from outside of the lab, and would leave it.
 */
function cgroupsOf(pid: number, root: string): string[] {
  const text = readFileSync(`/proc/${pid}/cgroup`, 'utf8')
  const second = /^0::(.*)$/m.exec(text)?.[1] ?? '/'
  if (existsSync(join(root, 'cgroup.controllers'))) return [join(root, second)]
  const named = /^\d+:name=systemd:(.*)$/m.exec(text)?.[1] ?? '/'
  return [join(root, 'unified', second), join(root, 'systemd', named)]
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
