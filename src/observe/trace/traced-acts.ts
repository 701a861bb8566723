import type { LearnedAct } from './learned.ts'
import { splitArguments, type TracedCall } from './strace-line.ts'
import { fieldOf, flagsOf, numberOf } from './strace-values.ts'

/** The acts of a call that a sandbox setting would forbid. */
export type Act = Pick<LearnedAct, 'kind' | 'detail' | 'sure'>

type Reader = (args: string[], uid: number | undefined) => Act[]

/** capabilities(7). Not sure: it depends on what the process may do already, which the arguments do not tell. */
function capability(detail: string, sure = true): Act[] {
  return [{ kind: 'capability', detail, sure }]
}
const needs =
  (detail: string, sure = true): Reader =>
  () =>
    capability(detail, sure)

/** Another account's process can only succeed in what it may do anyway. */
function isPrivileged(uid: number | undefined): boolean {
  return uid === undefined || uid === 0
}

/** An id of -1 stays as it is, and nobody needs a capability to become who it is. */
function becomes(detail: string): Reader {
  return (args, uid) => {
    const others = args.map(numberOf).filter((id) => id !== undefined && id >= 0 && id !== 0xffffffff)
    return isPrivileged(uid) && others.some((id) => id !== 0) ? capability(detail) : []
  }
}

/** Kinds as RestrictNamespaces= has them; a time namespace has no setting. */
const NAMESPACES: Readonly<Record<string, string>> = {
  CLONE_NEWCGROUP: 'cgroup',
  CLONE_NEWIPC: 'ipc',
  CLONE_NEWNET: 'net',
  CLONE_NEWNS: 'mnt',
  CLONE_NEWPID: 'pid',
  CLONE_NEWUSER: 'user',
  CLONE_NEWUTS: 'uts',
}

/** Making a namespace takes CAP_SYS_ADMIN unless a user namespace comes first: namespaces(7). */
function namespaces(text: string | undefined): Act[] {
  const kinds = flagsOf(text).flatMap((flag) => NAMESPACES[flag] ?? [])
  if (kinds.length === 0) return []
  const acts = kinds.map((detail): Act => ({ kind: 'namespace', detail, sure: true }))
  return kinds.includes('user') ? acts : [...acts, ...capability('cap_sys_admin')]
}

/** MemoryDenyWriteExecute= forbids memory that is both, and making any executable afterwards (systemd.exec(5)). */
function executableMemory(protection: string | undefined, mapped: boolean): Act[] {
  const flags = flagsOf(protection)
  if (!flags.includes('PROT_EXEC')) return []
  if (mapped && !flags.includes('PROT_WRITE')) return []
  return [{ kind: 'write-execute', detail: flags.join('|'), sure: true }]
}

function scheduling(text: string): Act[] {
  const policy = /SCHED_(?:FIFO|RR|DEADLINE)/.exec(text)?.[0]
  return policy === undefined
    ? []
    : [{ kind: 'realtime', detail: policy, sure: true }, ...capability('cap_sys_nice')]
}

/** RestrictSUIDSGID= forbids the setuid and setgid bits: strace writes a mode in octal, or by its names. */
function mode(text: string | undefined): Act[] {
  const bits = numberOf(text?.replace(/^S_IF[A-Z]+\|/, '')) ?? 0
  const suid = (bits & 0o6000) !== 0 || /S_IS[UG]ID/.test(text ?? '')
  return suid ? [{ kind: 'suid', detail: text ?? '', sure: true }] : []
}

/** A port below 1024, for any address. The sysctl that moves the limit is left aside: it only makes needs fewer. */
function lowPort(address: string | undefined): Act[] {
  const port = numberOf(/sin6?_port=htons\((\d+)\)/.exec(address ?? '')?.[1])
  return port !== undefined && port > 0 && port < 1024 ? capability('cap_net_bind_service') : []
}

function socketNeeds([family = '', type = '']: string[]): Act[] {
  return family === 'AF_PACKET' || (type.startsWith('SOCK_RAW') && family !== 'AF_NETLINK')
    ? capability('cap_net_raw')
    : []
}

/** Who lowers it needs the right and goes on without: proc_pid_oom_score_adj(5). The value that is written isn't traced. */
function oomScore(path: string | undefined, flags: string | undefined): Act[] {
  const opened = /^"\/proc\/(?:self|thread-self|\d+)\/oom_(?:score_)?adj"$/.test(path ?? '')
  return opened && /O_WRONLY|O_RDWR/.test(flags ?? '') ? capability('cap_sys_resource') : []
}

/** A mount that is made, moved or taken away: others see it, unless it happens in a mount namespace of its own. */
function mounts(): Act[] {
  return [{ kind: 'mount', detail: '', sure: true }, ...capability('cap_sys_admin')]
}

const FORCED = /^(?:SO_MARK|SO_(?:RCV|SND)BUFFORCE|SO_PRIORITY|SO_DEBUG|IPV?6?_TRANSPARENT|TCP_REPAIR)$/
/** Every notification to systemd asks so, and goes on with what it may have: sd_notify(3). */
const LARGER_BUFFER = /^SO_(?:RCV|SND)BUFFORCE$/

const READERS: Readonly<Record<string, Reader>> = {
  chown: needs('cap_chown'),
  setuid: becomes('cap_setuid'),
  setreuid: becomes('cap_setuid'),
  setresuid: becomes('cap_setuid'),
  setfsuid: becomes('cap_setuid'),
  setgid: becomes('cap_setgid'),
  setregid: becomes('cap_setgid'),
  setresgid: becomes('cap_setgid'),
  setfsgid: becomes('cap_setgid'),
  setgroups: (_, uid) => (isPrivileged(uid) ? capability('cap_setgid') : []),
  bind: ([, address]) => lowPort(address),
  socket: socketNeeds,
  setsockopt: ([, , option = '']) =>
    FORCED.test(option) ? capability('cap_net_admin', !LARGER_BUFFER.test(option)) : [],
  ioctl: ([, request]) => (/^SIOCS(?!PGRP)/.test(request ?? '') ? capability('cap_net_admin', false) : []),
  chroot: needs('cap_sys_chroot'),
  setpriority: ([, , value]) => ((numberOf(value) ?? 0) < 0 ? capability('cap_sys_nice') : []),
  nice: ([value]) => ((numberOf(value) ?? 0) < 0 ? capability('cap_sys_nice') : []),
  sched_setscheduler: ([, policy]) => scheduling(policy ?? ''),
  sched_setattr: ([, attributes]) => scheduling(attributes ?? ''),
  ioprio_set: (args) => (/IOPRIO_CLASS_RT/.test(args.join()) ? capability('cap_sys_nice') : []),
  setrlimit: needs('cap_sys_resource', false),
  prlimit64: ([, , value]) => (value === 'NULL' ? [] : capability('cap_sys_resource', false)),
  mlock: needs('cap_ipc_lock', false),
  mount: mounts,
  fsopen: needs('cap_sys_admin'),
  swapon: needs('cap_sys_admin'),
  sethostname: () => [{ kind: 'hostname', detail: '', sure: true }, ...capability('cap_sys_admin')],
  clock_settime: needs('cap_sys_time'),
  adjtimex: needs('cap_sys_time', false),
  clock_adjtime: needs('cap_sys_time', false),
  ptrace: needs('cap_sys_ptrace', false),
  init_module: needs('cap_sys_module'),
  syslog: needs('cap_syslog', false),
  iopl: needs('cap_sys_rawio'),
  reboot: needs('cap_sys_boot'),
  bpf: needs('cap_bpf', false),
  perf_event_open: needs('cap_perfmon', false),
  open_by_handle_at: needs('cap_dac_read_search'),
  fanotify_init: needs('cap_sys_admin', false),
  acct: needs('cap_sys_pacct'),
  mknod: ([, bits]) => (/S_IF(?:CHR|BLK)/.test(bits ?? '') ? capability('cap_mknod') : mode(bits)),
  mknodat: ([, , bits]) => (/S_IF(?:CHR|BLK)/.test(bits ?? '') ? capability('cap_mknod') : mode(bits)),
  chmod: ([, bits]) => mode(bits),
  fchmodat: ([, , bits]) => mode(bits),
  mkdir: ([, bits]) => mode(bits),
  mkdirat: ([, , bits]) => mode(bits),
  open: ([path, flags, bits]) => [...mode(bits), ...oomScore(path, flags)],
  openat: ([, path, flags, bits]) => [...mode(bits), ...oomScore(path, flags)],
  mmap: ([, , protection]) => executableMemory(protection, true),
  mprotect: ([, , protection]) => executableMemory(protection, false),
  shmat: ([, , flags]) =>
    flagsOf(flags).includes('SHM_EXEC') ? [{ kind: 'write-execute', detail: 'SHM_EXEC', sure: true }] : [],
  clone: (args) => namespaces(args.map((one) => fieldOf(one, 'flags')).find((flags) => flags !== undefined)),
  unshare: ([flags]) => namespaces(flags),
  setns: ([, flags]) => {
    const acts = namespaces(flags)
    return acts.length > 0
      ? acts
      : [{ kind: 'namespace', detail: 'any', sure: false }, ...capability('cap_sys_admin')]
  },
  // 0xffffffff only asks.
  personality: ([persona]) =>
    persona === '0xffffffff' ? [] : [{ kind: 'personality', detail: persona ?? '', sure: true }],
  prctl: ([operation]) =>
    operation === 'PR_CAPBSET_DROP' || operation === 'PR_SET_SECUREBITS' ? capability('cap_setpcap') : [],
  add_key: () => [{ kind: 'keyring', detail: '', sure: true }],
}

/** Calls that need what another does. */
const SAME: Readonly<Record<string, string>> = {
  lchown: 'chown',
  fchown: 'chown',
  fchownat: 'chown',
  fchmod: 'chmod',
  fchmodat2: 'fchmodat',
  pkey_mprotect: 'mprotect',
  clone3: 'clone',
  mlockall: 'mlock',
  mlock2: 'mlock',
  umount2: 'mount',
  pivot_root: 'fsopen',
  move_mount: 'mount',
  open_tree: 'fsopen',
  fsmount: 'fsopen',
  mount_setattr: 'mount',
  swapoff: 'swapon',
  quotactl: 'swapon',
  setdomainname: 'sethostname',
  settimeofday: 'clock_settime',
  process_vm_readv: 'ptrace',
  process_vm_writev: 'ptrace',
  kcmp: 'ptrace',
  finit_module: 'init_module',
  delete_module: 'init_module',
  ioperm: 'iopl',
  kexec_load: 'reboot',
  keyctl: 'add_key',
  request_key: 'add_key',
}

/** Acts of a call that succeeded; `uid` is its caller's. */
export function actsOf({ name, args }: TracedCall, uid: number | undefined): Act[] {
  const read = READERS[SAME[name] ?? name]
  return read === undefined ? [] : read(splitArguments(args), uid)
}
