import type { Facts, OpenFile, ProcessFacts } from '../../observe/facts.ts'
import { inForce, proposed, service, unfit } from '../common/proposal.ts'
import { called, noProcess } from '../common/roles.ts'
import { changeSeen, readSeen } from '../common/seen-in-clone.ts'
import { toggle } from '../common/toggle.ts'
import type { Directive, NotProposed, Proposed } from '../common/types.ts'
import { isOn, setting } from '../common/unit-settings.ts'
import { isHarmlessDevice } from '../user/account.ts'
import { NO_EXEC_PATHS } from './no-exec-paths.ts'
import { PROTECT_SYSTEM, READ_WRITE_PATHS, sharedTemporary } from './protect-system.ts'
import { UMASK } from './umask.ts'

function holding(
  facts: Facts,
  test: (file: OpenFile) => boolean,
): { process: ProcessFacts; path: string } | undefined {
  for (const process of facts.processes) {
    const file = process.openFiles.find(test)
    if (file) return { process, path: file.path }
  }
  return undefined
}

function holds(found: { process: ProcessFacts; path: string } | undefined): string | undefined {
  return found && `${called(found.process)} holds ${found.path} open.`
}

/** An Exec line that runs one of these programs, as the word of an argument list. */
function execRunning(facts: Facts, programs: RegExp): string | undefined {
  const line = Object.values(facts.unit.exec)
    .flat()
    .find(({ argv, path }) => [path, ...argv].some((word) => programs.test(word)))
  return line && `An Exec line runs ${line.argv.join(' ') || line.path}.`
}

const KERNEL_LOG = /^\/(dev|proc)\/kmsg$/
const TUNABLES = /^\/(proc\/sys|sys(?!\/fs\/cgroup))\//
const HOME = /^\/(home|root|run\/user)(\/|$)/

function proposeProtectHome(facts: Facts): Proposed | NotProposed {
  const now = setting(facts, 'ProtectHome')
  if (now === 'yes') return inForce('The unit has it so already.', now)
  const running = facts.processes.find(({ executable, libraries }) =>
    [executable, ...libraries].some((path) => HOME.test(path)),
  )
  if (running) return unfit(`${called(running)} runs programs or libraries below a home directory.`)
  const writing = holds(holding(facts, ({ path, writable }) => writable && HOME.test(path)))
  const changed = writing ?? changeSeen(facts, HOME)
  if (changed) return unfit(changed)
  const reading =
    holds(holding(facts, ({ path }) => HOME.test(path))) ?? namedHome(facts) ?? readSeen(facts, HOME)
  if (reading === undefined) {
    const words = ['yes', 'tmpfs', 'read-only']
    const tighter = words.slice(0, now !== undefined && words.includes(now) ? words.indexOf(now) : 3)
    return proposed(
      'yes',
      [service('ProtectHome', 'yes')],
      noProcess(facts, 'hold anything below /home, /root or /run/user open'),
      tighter.length > 1 ? { ladder: tighter.map((value) => rung(value)) } : {},
    )
  }
  // What it reads there it may read at a request that no probe makes: nothing tighter is to be tried.
  if (now === 'read-only' || now === 'tmpfs') return inForce(`More is not possible: ${reading}`, now)
  return proposed('read-only', [service('ProtectHome', 'read-only')], [reading])
}

function rung(value: string) {
  return { value, assignments: [service('ProtectHome', value)] }
}

function namedHome(facts: Facts): string | undefined {
  const folder = setting(facts, 'WorkingDirectory')?.replace(/^!/, '')
  if (folder !== undefined && HOME.test(folder)) return `WorkingDirectory= is ${folder}.`
  const process = facts.processes.find(({ argv }) =>
    argv.some((word) => HOME.test(word.replace(/^[^/]*/, ''))),
  )
  return process && `${called(process)} was started with an argument below a home directory.`
}

const PROTECT_HOME: Directive = {
  key: 'ProtectHome',
  stage: 'filesystem',
  since: 214,
  mountNamespace: true,
  what: 'Hides /home, /root and /run/user from the service.',
  breaks:
    'Web pages, keys or scripts below a home directory are gone for it, also for helpers it starts later.',
  wins: "An intruder finds no person's files, shell histories or SSH keys.",
  hides: { paths: HOME, remedy: 'step-down' },
  failsWith: { exits: [200, 203] },
  propose: proposeProtectHome,
}

/** Runtimes that read /proc/meminfo, /proc/cpuinfo or /sys at start; the files are closed again by now. */
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
    stage: 'filesystem',
    since: 187,
    mountNamespace: true,
    good: ['disconnected'],
    what: 'Gives the service a /tmp and /var/tmp of its own, which nobody else sees and which go when it stops.',
    breaks: 'Sockets or files that are passed to other programs through /tmp are no longer found.',
    wins: 'No tricks with links and guessable names in /tmp, neither from the service nor against it.',
    against: (facts) => {
      const path = sharedTemporary(facts)
      return path === undefined ? undefined : `It meets others through the socket ${path}.`
    },
    evidence: (facts) => noProcess(facts, 'have a socket in /tmp or /var/tmp'),
  }),
  toggle({
    key: 'PrivateDevices',
    stage: 'filesystem',
    since: 209,
    mountNamespace: true,
    what: 'Gives the service a /dev with only the harmless devices: null, zero, random, terminals. It also drops CAP_MKNOD and CAP_SYS_RAWIO.',
    breaks: 'Real hardware is out of reach: disks, graphics, tunnels, serial lines.',
    wins: 'Disks and memory can no longer be read past all file permissions.',
    hides: { paths: /^\/dev(?:\/|$)/, remedy: 'drop' },
    failsWith: { exits: [208, 209] },
    against: (facts) =>
      holds(holding(facts, ({ kind, path }) => kind === 'device' && !isHarmlessDevice(path))) ??
      readSeen(facts, /^\/dev\/(?!hugepages|mqueue|pts|shm|fd|core$)/),
    evidence: (facts) => noProcess(facts, 'hold a device open beyond null, random and terminals'),
  }),
  toggle({
    key: 'ProtectKernelTunables',
    stage: 'filesystem',
    since: 232,
    mountNamespace: true,
    what: 'Makes /proc/sys, /sys and the like read-only.',
    breaks: 'A service that sets kernel variables (sysctl) or writes to /sys fails to.',
    wins: 'The kernel can no longer be reconfigured from a service that is taken over.',
    hides: { paths: /^\/proc\/sys(?:\/|$)|^\/sys(?:\/|$)/, remedy: 'drop' },
    against: (facts) =>
      holds(holding(facts, ({ path, writable }) => writable && TUNABLES.test(path))) ??
      execRunning(facts, /(^|\/)sysctl$/) ??
      changeSeen(facts, TUNABLES),
    evidence: (facts) => noProcess(facts, 'hold a file of /proc/sys or /sys open for writing'),
  }),
  toggle({
    key: 'ProtectControlGroups',
    stage: 'filesystem',
    since: 232,
    mountNamespace: true,
    good: ['private', 'strict'],
    what: 'Makes the control group tree below /sys/fs/cgroup read-only.',
    breaks: 'Only programs that manage containers or resource limits write there.',
    wins: 'The service can lift neither its own limits nor those of others.',
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
    stage: 'filesystem',
    since: 232,
    mountNamespace: true,
    what: 'Forbids loading kernel modules and hides /usr/lib/modules. It also drops CAP_SYS_MODULE.',
    breaks: 'A service that loads a module itself fails; modules the kernel loads on demand still come.',
    wins: 'No code can be put into the kernel.',
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
    what: 'Hides the log of the kernel: /dev/kmsg, /proc/kmsg and the call syslog(2). Logging to syslog or the journal goes on.',
    breaks: 'Only programs that read the kernel log need it.',
    wins: 'Addresses and events of the kernel, which help an attack on it, stay hidden.',
    against: (facts) =>
      holds(holding(facts, ({ path }) => KERNEL_LOG.test(path))) ?? readSeen(facts, KERNEL_LOG),
    evidence: (facts) => noProcess(facts, 'hold the kernel log open'),
  }),
  toggle({
    key: 'ProtectProc',
    stage: 'filesystem',
    since: 247,
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
      'Programs that watch over others find them no more. As root with CAP_SYS_PTRACE it has no effect.',
    wins: 'Command lines and environments of other services, with what secrets they hold, are not visible.',
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
    stage: 'filesystem',
    since: 247,
    mountNamespace: true,
    value: 'pid',
    what: 'Hides everything in /proc that is not about processes, such as /proc/meminfo and /proc/sys.',
    breaks:
      'Runtimes that size themselves by memory or processors (Java, .NET, Node.js) and monitoring tools fail or guess.',
    wins: 'Less of the kernel is readable. It counts little.',
    hides: { paths: /^\/proc(?:\/|$)/, remedy: 'drop' },
    failsWith: { says: /(\/proc\/\S+)/ },
    caution: (facts) =>
      sizingRuntime(facts) ??
      holds(holding(facts, ({ path }) => /^\/proc\/(?!\d|self\/|thread-self\/)[^/]+/.test(path))),
    evidence: (facts) => {
      const read = readSeen(facts, /^\/proc\//)
      const held = noProcess(facts, 'hold a file of /proc open that is not about processes')
      return read === undefined ? held : [...held, read]
    },
  }),
  NO_EXEC_PATHS,
  toggle({
    key: 'PrivateIPC',
    stage: 'filesystem',
    since: 248,
    mountNamespace: true,
    what: 'Gives the service System V shared memory, semaphores and POSIX message queues of its own.',
    breaks: 'Programs outside the service that share such memory with it no longer find it.',
    wins: 'No shared memory of other services can be reached. systemd-analyze does not count it.',
    against: (facts) => holds(holding(facts, ({ path }) => /^\/(dev\/mqueue\/|SYSV)/.test(path))),
    evidence: (facts) => noProcess(facts, 'hold a message queue or System V memory open'),
  }),
]
