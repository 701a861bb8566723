import { userOptions } from './as-user.ts'
import { CloneProbe } from './clone-probe.ts'
import { filesBelow } from './files.ts'
import { innermostId, membersBelow } from './group-members.ts'
import type { Host, ProbeRequest, RunOptions } from './host.ts'
import { SYSTEM_MANAGER } from './manager.ts'

export interface CloneHost extends Host {
  /** Ends the process that probes for this clone. The clone itself belongs to its creator. */
  close(): void
}

/**
 * The argument array that runs `argv` inside all namespaces of `pid`. chrt(1) and not nice(1) alone: the programs that
 * drive a clone cost production as much as the clone does. nsenter(1) forks into a process namespace, and killing it
 * would leave its child running, so setpriv(1) sets the parent-death signal last.
 */
export function insideClone(
  pid: number,
  argv: readonly string[],
  as?: NonNullable<RunOptions['as']>,
): string[] {
  const user = as === undefined ? [] : userOptions(as)
  const enter = ['nsenter', '-t', String(pid), '-a', '--']
  return ['chrt', '-i', '0', ...enter, 'setpriv', '--pdeathsig', 'KILL', ...user, '--', ...argv]
}

/**
 * A host whose PID 1 is process `pid` of `live`. Files are read and written through /proc/PID/root (proc(5)) with
 * links resolved inside; the pid is that of the clone's first process, which lives as long as the clone.
 */
export function cloneHost(live: Host, pid: number, name: string): CloneHost {
  const root = `/proc/${pid}/root`
  const files = filesBelow(root)
  const probe = new CloneProbe(pid)
  /** A socket's path is resolved in the mount namespace of the caller, which is the live host's. */
  async function reachable(request: ProbeRequest): Promise<ProbeRequest> {
    const below = async (path: string) => `${root}${(await files.resolve(path)) ?? path}`
    if (request.kind === 'unix') return { ...request, path: await below(request.path) }
    if (request.kind !== 'talk' || request.to.transport !== 'unix') return request
    return { ...request, to: { ...request.to, path: await below(request.to.path) } }
  }
  return {
    name,
    isClone: true,
    manager: SYSTEM_MANAGER,
    ...files,
    async run(argv, options = {}) {
      const { as, ...rest } = options
      return { ...(await live.run(insideClone(pid, argv, as), rest)), argv }
    },
    async groupMembers(folder) {
      const members = await membersBelow(`${root}${folder}`)
      return (await Promise.all(members.map(innermostId))).flat()
    },
    kernelProcesses: live.kernelProcesses && {
      ...live.kernelProcesses,
      members: (folder) => membersBelow(`${root}${folder}`),
    },
    probe: async (request) => probe.ask(await reachable(request)),
    close: () => probe.close(),
  }
}
