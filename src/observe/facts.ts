import type { ExecCommand } from '../systemd/manager/exec.ts'
import type { WrittenSetting } from '../systemd/settings/unit-files.ts'
import type { RootFiles } from './files/root-files.ts'
import type { ReachFacts } from './reach-facts.ts'
import type { LearnedFacts } from './trace/learned-facts.ts'
import type { UserFacts } from './user-facts.ts'

/** Facts about a service for the catalog. Plain data: it can be stored, merged and put into test tables. */
export interface Facts {
  unit: UnitFacts
  /** Major version of the running systemd. */
  systemd: number
  /** Its score counts CAP_BPF, which the major version alone does not tell. */
  scoresBpf?: boolean
  kernel: string
  /** uname -m, for example x86_64. */
  architecture: string
  /** Sorted by pid; every process in the unit's cgroup at the moment of reading. */
  processes: ProcessFacts[]
  sockets: SocketFacts[]
  executables: ExecutableFacts[]
  /** Files and directories that the service holds open for writing or is set up to write. */
  writable: WritableFact[]
  logrotate: LogrotateFact[]
  /** Account that could be made for it; absent where none can. */
  freeAccount?: FreeAccount
  /** Names of its programs that PAM has rules for; absent where nobody looked. */
  pamServices?: string[]
  /** Those of them whose rules prepare the programs that are started in a session. */
  sessionServices?: string[]
  /** Users and groups of the machine that the processes or settings name. */
  accounts: Account[]
  /** From `systemd-analyze syscall-filter`: "@group" → all its system calls, subgroups resolved. */
  syscallGroups: Record<string, string[]>
  /** Absent where SELinux is off. */
  selinux?: 'enforcing' | 'permissive' | undefined
  /** Of a unit of a user's manager; absent for one of PID 1. */
  ofUser?: UserFacts
  /** systemd has its control groups in version 1 alone, not beside version 2; absent otherwise. */
  version1Alone?: true
  /** Mounts of the host; absent where nobody could look. */
  mounts?: number | undefined
  /** Facts from tracing in a clone; absent if nothing was traced. */
  learned?: LearnedFacts
  /** Things in its folders below /run that are not its own; absent where nobody looked. */
  foreign?: ForeignHolding[]
  /** What belongs to root in folders of data that it writes into; absent where nobody looked. */
  rootFiles?: RootFiles[]
  /** Folders that exist for it to write into, even if it was not seen writing; absent where nobody looked. */
  owned?: OwnedFolder[]
  /** Folders that people may write, where it may act as whoever logs in; absent where it may not, or nobody looked. */
  ofPeople?: OwnedFolder[]
  /** Who else uses one of its accounts; absent where nobody looked. */
  sharers?: Sharer[]
  /** What it may come to do though it was not seen; absent where nobody looked. */
  reach?: ReachFacts
  /** What the walk asks of it, and how much evidence a person wants; absent outside of a walk. */
  given?: Given
  /** Blind spots, each a sentence for the person ("fd of pid 12 could not be read: …"). */
  gaps: string[]
}

/**
 * Who uses one of its accounts besides: a process outside of the service, another unit, or memory that is shared under its
 * name, of which nobody can see who will look for it.
 */
export type Sharer = { uid: number } & (
  | { kind: 'process'; pid: number; name: string }
  | { kind: 'unit'; name: string }
  | { kind: 'memory'; path: string }
)

export interface UnitFacts {
  /** Id=, the real name, aliases resolved. */
  id: string
  names: string[]
  description: string
  fragment: string
  dropIns: string[]
  /** Every property that `systemctl show` prints; a property printed several times has several values. */
  properties: Record<string, string[]>
  /** Exec lines by property name (ExecStart, ExecStartPre, …). */
  exec: Record<string, ExecCommand[]>
  /** Exec lines as written in the fragment and drop-ins, after resets; the value only. Needed to write them again. */
  execSource: Record<string, string[]>
  /** The final value of each [Service] setting in the unit's files, and its place. */
  written: Record<string, WrittenSetting>
  canReload: boolean
}

export type { ExecCommand } from '../systemd/manager/exec.ts'

export interface Account {
  kind: 'user' | 'group'
  name: string
  id: number
  /** For a user: the primary group's id. */
  gid?: number
}

/** A system account for a service: its name is free, or hardenctl made it earlier, or it is there and idle. */
export interface FreeAccount {
  name: string
  /** Of the user, and of the group of the same name if it is made. */
  id: number
  /** The primary group of an account that is there, and that no process runs as. */
  idle?: Account
}

type CapabilitySetName = 'inheritable' | 'permitted' | 'effective' | 'bounding' | 'ambient'

/** A segment of System V memory that has a key, by which others find it (sysvipc(7)). */
export interface SharedSegment {
  /** "0x4e545032" */
  key: string
  /** Its owner. */
  uid: number
  mode: number
}

export interface ProcessFacts {
  pid: number
  parent: number
  /** Start time in clock ticks since boot: separates a process from a later one with the same pid. */
  startTicks: string
  name: string
  argv: string[]
  executable: string
  root: string
  isMain: boolean
  uid: { real: number; effective: number; saved: number; filesystem: number }
  gid: { real: number; effective: number; saved: number; filesystem: number }
  groups: number[]
  /** Names in lower case, cap_net_bind_service. */
  capabilities: Record<CapabilitySetName, string[]>
  noNewPrivileges: boolean
  seccomp: 'none' | 'strict' | 'filter'
  /** Number of seccomp filters, where the kernel tells (5.9 and later). */
  seccompFilters?: number
  /** /proc/PID/attr/current: the SELinux context or AppArmor profile; absent where no module gives one. */
  securityLabel?: string
  openFiles: OpenFile[]
  /** Mappings that are writable and executable, or executable without a file behind them; each as in maps. */
  executableMemory: string[]
  /** System V memory that it has attached. */
  sharedMemory?: SharedSegment[]
  libraries: string[]
  /** Namespaces that differ from PID 1's: mnt, net, pid, user, uts, ipc, cgroup. */
  ownNamespaces: string[]
  scheduling: 'other' | 'fifo' | 'rr' | 'batch' | 'idle' | 'deadline'
  nice: number
  /** /proc/PID/personality, hexadecimal; "00000000" is none. */
  personality: string
  /** -1 where it could not be read. */
  umask: number
}

export interface OpenFile {
  descriptor: number
  /** Path as the kernel shows it, without " (deleted)". */
  path: string
  kind: 'file' | 'directory' | 'device' | 'socket' | 'pipe' | 'other'
  writable: boolean
  deleted: boolean
  /** For a socket: its inode. */
  inode?: string
}

export interface SocketFacts {
  family: 'AF_INET' | 'AF_INET6' | 'AF_UNIX' | 'AF_NETLINK' | 'AF_PACKET' | 'other'
  type: 'stream' | 'datagram' | 'seqpacket' | 'raw' | 'other'
  state: 'listening' | 'connected' | 'other'
  /** Local address, "0.0.0.0", "::", or a Unix path ("@name" when abstract). */
  address: string
  /** 0 where there is none. */
  port: number
  /** Remote address and port when connected. */
  peer?: string
  inode: string
  /** Processes of this unit that hold it open. */
  pids: number[]
  /** Socket activation: PID 1 holds it too. */
  heldBySystemd: boolean
}

export interface ExecutableFacts {
  /** Links followed: the real path (/bin/sh → /usr/bin/dash). */
  path: string
  /** The paths by which processes, Exec lines and #! lines name it, where they differ from `path`. */
  alsoNamed?: string[]
  /** running: mapped by a process; exec: named by an Exec line; interpreter: named by a #! line. */
  from: ('running' | 'exec' | 'interpreter')[]
  kind: 'elf' | 'script' | 'other'
  bits?: 32 | 64
  interpreter?: string
  libraries: string[]
  /** As getcap prints it ("cap_net_bind_service=ep"); empty for none. */
  fileCapabilities: string
  setuid: boolean
  setgid: boolean
}

export interface WritableFact {
  /** Links followed: the real path. */
  path: string
  kind: 'file' | 'directory' | 'socket' | 'other'
  uid: number
  gid: number
  mode: number
  /** open: held open for writing; pid-file: PIDFile= or a file in /run with the pid, and its folder; listening: a Unix socket and its folder; setting: RuntimeDirectory= and the like; logrotate. */
  from: ('open' | 'pid-file' | 'listening' | 'setting' | 'logrotate')[]
  /** Real uids of the processes that hold it. */
  by: number[]
}

/** Something below /run in a folder of the service that is not the service's own. */
export interface ForeignHolding {
  /** The thing itself, or the folder if somebody else creates the whole folder. */
  path: string
  /** socket, open, pid-file: a living process of another unit; owner: another account; unit, tmpfiles: made by them. */
  by: 'socket' | 'open' | 'pid-file' | 'owner' | 'unit' | 'tmpfiles'
  /** A clause for a person: "another process listens on /run/x/y". */
  why: string
}

/** A folder that the service's accounts may write into, or that its package brought for data. */
export interface OwnedFolder {
  /** A setgid folder of it, or itself: whoever makes folders there for a group sets the bit too. */
  setgid?: string
  /** Other accounts may read what is written there. */
  open?: true
  path: string
  /** The uid of its owner; absent where nobody could look. */
  uid?: number
  /** A sentence for a person. */
  why: string
}

export const LEVELS = ['careful', 'standard', 'tight'] as const

/**
 * careful: a row that denies what a call of its programs alone makes possible is left to the person too; standard:
 * strong evidence is needed for that; tight: only what was seen counts.
 */
export type Level = (typeof LEVELS)[number]

export interface Given {
  level: Level
  /** Something of the service answers, so that its health is more than that it runs. */
  asked: boolean
  /** Its use was played, or its live traffic was followed. */
  exercised: boolean
  /** What an exercise prints was the same in each clone, so that other content is seen there. */
  compared?: boolean
  /** Unix sockets that were connected to and no more, since nobody knows the protocol. */
  connected?: readonly string[]
  /** Protocols that it speaks and whose requests name programs that answer them, or files of the server. */
  requests?: Readonly<Record<'programs' | 'files', readonly string[]>>
  /** Protocols in which a full exchange is played in each clone, by name; absent where none is. */
  full?: readonly string[]
}

export interface LogrotateFact {
  /** The file under /etc/logrotate.d. */
  source: string
  patterns: string[]
  /** Files of this service that the patterns match. */
  matches: string[]
  create?: { mode: number | undefined; owner: string | undefined; group: string | undefined }
  su?: { owner: string; group: string }
  copytruncate: boolean
  postrotate: string[]
  /** postrotate reaches the service through systemctl, service or invoke-rc.d reload of this unit. */
  reloadsUnit: boolean
}
