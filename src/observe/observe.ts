import { orElse } from '../host/errors.ts'
import type { Host } from '../host/host.ts'
import { first } from '../systemd/manager/show.ts'
import { systemdBuild } from '../systemd/manager/version.ts'
import { syscallGroups } from '../systemd/syscalls/syscall-groups.ts'
import { type BlindSpots, orBlindSpot } from './blind-spots.ts'
import { keysOfAccounts, readAccounts } from './config/accounts.ts'
import { readFreeAccount } from './config/free-account.ts'
import { readLogrotate } from './config/logrotate.ts'
import { readPamServices } from './config/pam-rules.ts'
import { readUnit } from './config/unit.ts'
import type { Account, Facts, FreeAccount } from './facts.ts'
import { readExecutables } from './files/executables.ts'
import { readWritable, withRotatedFiles } from './files/writable.ts'
import { hasVersion1Alone } from './proc/cgroup-tree.ts'
import { processesOfGroup } from './proc/control-group.ts'
import { countMounts } from './proc/mounts.ts'
import { readProcesses } from './proc/processes.ts'
import { readSockets } from './proc/sockets.ts'
import { readUser } from './user-facts.ts'

/**
 * Observes a service from outside, without a restart or a trace: systemd's data, its processes in /proc, and the files
 * that they lead to. `unit` is a real unit id ("apache2.service"). Unreadable things are in `gaps`; a stopped service
 * gives empty lists and a gap. `known` are the facts of the machine where they were read already. Throws HostError only if
 * not even systemctl can be started.
 */
export async function observe(host: Host, unit: string, known?: MachineFacts): Promise<Facts> {
  const gaps: BlindSpots = new Set()
  const unitFacts = await readUnit(host, unit)
  const machine = known ?? (await readMachine(host, gaps))

  const mainPid = Number(first(unitFacts.properties, 'MainPID'))
  const grouped = await processesOfGroup(host, first(unitFacts.properties, 'ControlGroup'), gaps)
  const processes = await readProcesses(host, mainPid > 0 ? [...grouped, mainPid] : grouped, mainPid, gaps)
  if (processes.length === 0) gaps.add(`${unit} has no process now, so hardenctl cannot see what it uses`)

  const sockets = await readSockets(host, processes, gaps)
  const executables = await readExecutables(host, processes, unitFacts.exec, gaps)
  const held = await readWritable(host, unitFacts, processes, sockets, gaps)
  const files = held.filter(({ kind }) => kind === 'file').map(({ path }) => path)
  const logrotate = await readLogrotate(host, files, [unitFacts.id, ...unitFacts.names], gaps)
  const writable = await withRotatedFiles(host, held, logrotate, gaps)
  const free = await orBlindSpot(gaps, '/etc/passwd', readFreeAccount(host, unitFacts.id))
  const named = keysOfAccounts(unitFacts.properties, processes, writable, logrotate)
  return {
    unit: unitFacts,
    ...machine,
    processes,
    sockets,
    executables,
    writable,
    logrotate,
    ...(free === undefined ? {} : { freeAccount: free }),
    ...(await readPamServices(host, processes, gaps)),
    accounts: [...(await readAccounts(host, named, gaps)), ...idleAccount(free)],
    gaps: [...gaps],
  }
}

/** An account that could become the service's is named by nothing of it yet. */
function idleAccount(free: FreeAccount | undefined): Account[] {
  if (free?.idle === undefined) return []
  return [{ kind: 'user', name: free.name, id: free.id, gid: free.idle.id }, free.idle]
}

/** What all services of a machine have in common. */
export type MachineFacts = Pick<
  Facts,
  | 'systemd'
  | 'scoresBpf'
  | 'kernel'
  | 'architecture'
  | 'syscallGroups'
  | 'selinux'
  | 'mounts'
  | 'ofUser'
  | 'version1Alone'
>

export async function readMachine(host: Host, gaps: BlindSpots = new Set()): Promise<MachineFacts> {
  const [kernel, architecture, build, groups, selinux, mounts, ofUser, version1] = await Promise.all([
    orBlindSpot(gaps, RELEASE, host.read(RELEASE)),
    readArchitecture(host, gaps),
    systemdBuild(host),
    syscallGroups(host),
    readSelinux(host),
    countMounts(host),
    readUser(host),
    hasVersion1Alone(host).catch(orElse(false)),
  ])
  const user = ofUser === undefined ? {} : { ofUser }
  return {
    ...build,
    kernel: kernel?.trim() ?? '',
    architecture,
    syscallGroups: groups,
    selinux,
    mounts,
    ...user,
    ...(version1 ? { version1Alone: true as const } : {}),
  }
}

const RELEASE = '/proc/sys/kernel/osrelease'

/** As `uname -m`; Linux 6.1 and later have it in a file, which costs no program. */
async function readArchitecture(host: Host, gaps: BlindSpots): Promise<string> {
  const told = await host.read('/proc/sys/kernel/arch').catch(orElse(undefined))
  if (told !== undefined) return told.trim()
  const uname = await orBlindSpot(gaps, 'uname', host.run(['uname', '-m']))
  return uname?.stdout.trim() ?? ''
}

/** selinuxfs has this file where SELinux is on: "1" while it enforces. */
async function readSelinux(host: Host): Promise<Facts['selinux']> {
  const enforce = await host.read('/sys/fs/selinux/enforce').catch(orElse(undefined))
  if (enforce === undefined) return undefined
  return enforce.trim() === '1' ? 'enforcing' : 'permissive'
}
