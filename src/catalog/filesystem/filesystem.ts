import type { Facts } from '../../observe/facts.ts'
import { isHarmlessDevice } from '../../observe/files/devices.ts'
import { called, noProcess } from '../common/roles.ts'
import { changeSeen, readSeen } from '../common/seen-in-clone.ts'
import { toggle } from '../common/toggle.ts'
import type { Directive } from '../common/types.ts'
import { isOn, setting } from '../common/unit-settings.ts'
import { UNENFORCED } from '../common/user-manager.ts'
import { oneOf } from '../common/values.ts'
import { holding, holds, sharesMemory } from './held-files.ts'
import { NO_EXEC_PATHS } from './no-exec-paths.ts'
import { PRIVATE_MOUNTS } from './private-mounts.ts'
import { PROTECT_HOME } from './protect-home.ts'
import { PROTECT_SYSTEM, READ_WRITE_PATHS } from './protect-system.ts'
import { UMASK } from './umask.ts'
import { sharedTemporary } from './writable-paths.ts'

/** An Exec line that runs one of these programs, as the word of an argument list. */
function execRunning(facts: Facts, programs: RegExp): string | undefined {
  const line = Object.values(facts.unit.exec)
    .flat()
    .find(({ argv, path }) => [path, ...argv].some((word) => programs.test(word)))
  return line && `An Exec line runs ${line.argv.join(' ') || line.path}.`
}

const KERNEL_LOG = /^\/(dev|proc)\/kmsg$/
const TUNABLES = /^\/(proc\/sys|sys(?!\/fs\/cgroup))\//
/** Runtimes that read /proc/meminfo, /proc/cpuinfo or /sys at start and have closed them again. */
function sizingRuntime(facts: Facts): string | undefined {
  const pattern =
    /\/(libjvm\.so|libcoreclr\.so|libnode\.so|libpypy[^/]*\.so)[^/]*$|\/(node|dotnet|java|beam\.smp)$/
  for (const process of facts.processes) {
    const path = [process.executable, ...process.libraries].find((one) => pattern.test(one))
    if (path !== undefined)
      return `${called(process)} runs ${path}, which sizes itself by files such as /proc/meminfo.`
  }
  return undefined
}

export const FILESYSTEM: Directive[] = [
  PROTECT_SYSTEM,
  READ_WRITE_PATHS,
  PROTECT_HOME,
  UMASK,
  toggle({
    key: 'PrivateTmp',
    takes: oneOf('yes', 'no', 'disconnected'),
    impliedBy: 'DynamicUser',
    denies: ['temporary'],
    stage: 'filesystem',
    since: 187,
    mountNamespace: true,
    good: ['disconnected'],
    what: 'Gives the service its own /tmp and /var/tmp. Nobody else sees them, and they are removed when it stops.',
    breaks: 'Other programs no longer find sockets or files that the service leaves in /tmp.',
    wins: 'Attacks with links and guessable names in /tmp no longer work, neither from the service nor against it.',
    against: sharedTemporary,
    evidence: (facts) => noProcess(facts, 'have a socket in /tmp or /var/tmp'),
  }),
  toggle({
    key: 'PrivateDevices',
    denies: ['devices'],
    stage: 'filesystem',
    since: 209,
    mountNamespace: true,
    drops: ['cap_mknod', 'cap_sys_rawio'],
    filterToo: true,
    what: 'Gives the service a /dev that has only harmless devices: null, zero, random, terminals. It also drops CAP_MKNOD and CAP_SYS_RAWIO.',
    breaks: 'The service cannot open hardware: disks, graphics, tunnels, serial lines.',
    wins: 'An intruder cannot read disks or memory directly and so bypass file permissions.',
    hides: { paths: /^\/dev(?:\/|$)/, remedy: 'drop' },
    failsWith: { exits: [208, 209] },
    against: (facts) =>
      holds(holding(facts, ({ kind, path }) => kind === 'device' && !isHarmlessDevice(path))) ??
      readSeen(facts, /^\/dev\/(?!hugepages|mqueue|pts|shm|fd|core$)/),
    evidence: (facts) => noProcess(facts, 'hold a device open beyond null, random and terminals'),
  }),
  toggle({
    key: 'ProtectKernelTunables',
    denies: ['kernel-state', 'tune-kernel'],
    stage: 'filesystem',
    since: 232,
    mountNamespace: true,
    filterToo: true,
    what: 'Makes /proc/sys, /sys and the like read-only.',
    breaks: 'A service that sets kernel variables (sysctl) or writes to /sys fails.',
    wins: 'An intruder cannot reconfigure the kernel.',
    hides: { paths: /^\/proc\/sys(?:\/|$)|^\/sys(?:\/|$)/, remedy: 'drop' },
    against: (facts) =>
      holds(holding(facts, ({ path, writable }) => writable && TUNABLES.test(path))) ??
      execRunning(facts, /(^|\/)sysctl$/) ??
      changeSeen(facts, TUNABLES),
    evidence: (facts) => noProcess(facts, 'hold a file of /proc/sys or /sys open for writing'),
  }),
  toggle({
    key: 'ProtectControlGroups',
    takes: oneOf('yes', 'no', 'private', 'strict'),
    denies: ['kernel-state'],
    stage: 'filesystem',
    since: 232,
    mountNamespace: true,
    good: ['private', 'strict'],
    what: 'Makes the control group tree below /sys/fs/cgroup read-only.',
    breaks: 'Only programs that manage containers or resource limits write there.',
    wins: 'The service cannot raise its own limits or those of others.',
    hides: { paths: /^\/sys\/fs\/cgroup(?:\/|$)/, remedy: 'drop' },
    against: (facts) =>
      isOn(facts, 'Delegate')
        ? 'Delegate=yes hands it control groups of its own.'
        : (holds(holding(facts, ({ path, writable }) => writable && path.startsWith('/sys/fs/cgroup/'))) ??
          changeSeen(facts, /^\/sys\/fs\/cgroup\//)),
    evidence: (facts) => noProcess(facts, 'hold a file of /sys/fs/cgroup open for writing'),
  }),
  toggle({
    key: 'ProtectKernelModules',
    denies: ['kernel-state'],
    stage: 'filesystem',
    since: 232,
    mountNamespace: true,
    drops: ['cap_sys_module'],
    filterToo: true,
    what: 'Forbids loading kernel modules and hides /usr/lib/modules. It also drops CAP_SYS_MODULE.',
    breaks: 'A service that loads a module itself fails; the kernel still loads modules on demand.',
    wins: 'An intruder cannot put code into the kernel.',
    against: (facts) =>
      holds(holding(facts, ({ path }) => /^(\/usr)?\/lib\/modules\//.test(path))) ??
      execRunning(facts, /(^|\/)(modprobe|insmod|rmmod)$/),
    evidence: (facts) => noProcess(facts, 'hold a kernel module open, and no Exec line loads one'),
  }),
  toggle({
    key: 'ProtectKernelLogs',
    stage: 'filesystem',
    since: 244,
    mountNamespace: true,
    drops: ['cap_syslog'],
    filterToo: true,
    what: 'Hides the kernel log: /dev/kmsg, /proc/kmsg and the call syslog(2). Logging to syslog or the journal still works.',
    breaks: 'Only programs that read the kernel log need it.',
    wins: 'An intruder does not see kernel addresses and events, which help to attack the kernel.',
    against: (facts) =>
      holds(holding(facts, ({ path }) => KERNEL_LOG.test(path))) ?? readSeen(facts, KERNEL_LOG),
    evidence: (facts) => noProcess(facts, 'hold the kernel log open'),
  }),
  toggle({
    key: 'ProtectProc',
    takes: oneOf('default', 'ptraceable', 'invisible', 'noaccess'),
    denies: ['see-others'],
    stage: 'filesystem',
    since: 247,
    needsRoot: UNENFORCED,
    mountNamespace: true,
    value: 'invisible',
    good: ['ptraceable'],
    // As root, or with the group root, invisible hides nothing: hidepid= excepts the group 0 (proc(5)).
    ladder: (facts) => [
      'ptraceable',
      'invisible',
      ...(setting(facts, 'ProtectProc') === 'noaccess' ? [] : ['noaccess']),
    ],
    what: 'Hides the processes of other users in /proc from the service.',
    breaks:
      'Programs that monitor other processes no longer find them. It has no effect on root with CAP_SYS_PTRACE.',
    wins: 'An intruder does not see command lines and environments of other services, nor the secrets in them.',
    against: (facts) => {
      const own = new Set(facts.processes.map(({ pid }) => String(pid)))
      return holds(
        holding(facts, ({ path }) => {
          const pid = /^\/proc\/(\d+)(\/|$)/.exec(path)?.[1]
          return pid !== undefined && !own.has(pid)
        }),
      )
    },
    evidence: (facts) => noProcess(facts, "hold another process's files in /proc open"),
  }),
  toggle({
    key: 'ProcSubset',
    takes: oneOf('all', 'pid'),
    denies: ['see-others', 'see-boot', 'see-kernel'],
    stage: 'filesystem',
    since: 247,
    needsRoot: UNENFORCED,
    mountNamespace: true,
    value: 'pid',
    what: 'Hides everything in /proc except processes, for example /proc/meminfo and /proc/sys.',
    breaks:
      'Runtimes that size themselves by memory or processors (Java, .NET, Node.js) and monitoring tools fail or guess.',
    wins: 'An intruder can read less about the kernel. The gain is small.',
    hides: { paths: /^\/proc(?:\/|$)/, remedy: 'drop' },
    failsWith: { says: /(\/proc\/\S+)/ },
    caution: (facts) =>
      sizingRuntime(facts) ??
      holds(holding(facts, ({ path }) => /^\/proc\/(?!\d|self\/|thread-self\/)[^/]+/.test(path))),
    evidence: (facts) => {
      const read = readSeen(facts, /^\/proc\/(?!self\/|thread-self\/|\d)/)
      const held = noProcess(facts, 'hold a file of /proc open that is not about processes')
      return read === undefined ? held : [...held, read]
    },
  }),
  NO_EXEC_PATHS,
  toggle({
    key: 'PrivateIPC',
    denies: ['share-memory'],
    stage: 'filesystem',
    since: 248,
    enforcer: 'ipc',
    mountNamespace: true,
    what: 'Gives the service its own System V shared memory, semaphores and POSIX message queues.',
    breaks: 'Programs outside the service that share such memory with it no longer find it.',
    wins: 'An intruder cannot reach the shared memory of other services. systemd-analyze does not count it.',
    against: (facts) =>
      holds(holding(facts, ({ path }) => path.startsWith('/dev/mqueue/'))) ?? sharesMemory(facts),
    evidence: (facts) =>
      noProcess(facts, 'hold a message queue open or have System V memory that other accounts may attach'),
  }),
  PRIVATE_MOUNTS,
]
