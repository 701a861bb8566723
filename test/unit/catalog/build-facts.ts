import type {
  Account,
  ExecutableFacts,
  Facts,
  LogrotateFact,
  OpenFile,
  ProcessFacts,
  SocketFacts,
  WritableFact,
} from '../../../src/observe/facts.ts'
import type { LearnedFacts } from '../../../src/observe/trace/learned-facts.ts'
import { ALL_CAPABILITIES } from '../../../src/systemd/settings/settings-values.ts'

const ALL = [...ALL_CAPABILITIES]

export function emptyFacts(): Facts {
  return {
    unit: {
      id: 'x.service',
      names: ['x.service'],
      description: '',
      fragment: '',
      dropIns: [],
      properties: {},
      exec: {},
      execSource: {},
      written: {},
      canReload: false,
    },
    systemd: 257,
    kernel: '6.1',
    architecture: 'x86_64',
    processes: [],
    sockets: [],
    executables: [],
    writable: [],
    logrotate: [],
    accounts: [],
    syscallGroups: {},
    gaps: [],
  }
}

/** A clone was followed through a start, and nothing was seen. */
export const NOTHING_LEARNED: LearnedFacts = {
  on: [],
  phases: ['start'],
  calls: [],
  changed: [],
  executed: [],
  connected: [],
  noted: [],
  sockets: [],
  acts: [],
  failed: [],
  bits32: false,
  incomplete: false,
}

export function process(pid: number, uid: number, more: Partial<ProcessFacts> = {}): ProcessFacts {
  const ids = (id: number) => ({ real: id, effective: id, saved: id, filesystem: id })
  const held = uid === 0 ? ALL : []
  return {
    pid,
    parent: 1,
    startTicks: '1',
    name: 'srv',
    argv: [],
    executable: '/usr/sbin/srv',
    root: '/',
    isMain: false,
    uid: ids(uid),
    gid: ids(uid),
    groups: [],
    capabilities: { inheritable: [], permitted: held, effective: held, bounding: ALL, ambient: [] },
    noNewPrivileges: false,
    seccomp: 'none',
    openFiles: [],
    executableMemory: [],
    libraries: ['/usr/lib/x86_64-linux-gnu/libc.so.6'],
    ownNamespaces: [],
    scheduling: 'other',
    nice: 0,
    personality: '00000000',
    umask: 0o022,
    ...more,
  }
}

export function file(path: string, writable = true, kind: OpenFile['kind'] = 'file'): OpenFile {
  return { descriptor: 3, path, kind, writable, deleted: false }
}

export function listening(
  family: SocketFacts['family'],
  address: string,
  port: number,
  pids: number[],
): SocketFacts {
  return { family, type: 'stream', state: 'listening', address, port, inode: '1', pids, heldBySystemd: false }
}

export function wrote(
  path: string,
  uid: number,
  mode: number,
  from: WritableFact['from'] = ['open'],
  kind: WritableFact['kind'] = 'file',
): WritableFact {
  return { path, kind, uid, gid: uid, mode, from, by: [0] }
}

export function binary(path: string, more: Partial<ExecutableFacts> = {}): ExecutableFacts {
  return {
    path,
    from: ['running'],
    kind: 'elf',
    bits: 64,
    libraries: [],
    fileCapabilities: '',
    setuid: false,
    setgid: false,
    ...more,
  }
}

export function account(kind: Account['kind'], name: string, id: number): Account {
  return { kind, name, id }
}

export function rotated(matches: string[], owner: string, more: Partial<LogrotateFact> = {}): LogrotateFact {
  return {
    source: '/etc/logrotate.d/x',
    patterns: [],
    matches,
    create: { mode: 0o640, owner, group: 'adm' },
    copytruncate: false,
    postrotate: [],
    reloadsUnit: true,
    ...more,
  }
}

/** As `systemctl show` prints a unit that says nothing about hardening. */
export const STOCK: Record<string, string[]> = {
  CapabilityBoundingSet: [ALL.join(' ')],
  AmbientCapabilities: [''],
  User: [''],
  Group: [''],
  UMask: ['0022'],
  ProtectSystem: ['no'],
  ProtectHome: ['no'],
  PrivateTmp: ['no'],
  PrivateDevices: ['no'],
  PrivateUsers: ['no'],
  NoNewPrivileges: ['no'],
  RestrictNamespaces: ['no'],
  SystemCallFilter: [''],
  SystemCallErrorNumber: ['2147483646'],
  RestrictAddressFamilies: [''],
  IPAddressDeny: [''],
  DevicePolicy: ['auto'],
  KeyringMode: ['private'],
  NotifyAccess: ['none'],
  Delegate: ['no'],
  ReadWritePaths: [''],
  RuntimeDirectory: [''],
  Nice: ['0'],
  CPUSchedulingPolicy: ['0'],
}

/** Short lists, but nested as systemd's own are. */
export const GROUPS: Record<string, string[]> = {
  '@aio': ['io_setup', 'io_submit', 'io_uring_setup'],
  '@keyring': ['add_key', 'keyctl', 'request_key'],
  '@chown': ['chown', 'fchown', 'fchownat', 'lchown'],
  '@setuid': ['setgid', 'setgroups', 'setuid'],
  '@resources': ['sched_setaffinity', 'setpriority', 'setrlimit'],
  '@privileged': [
    'acct',
    'capset',
    'chown',
    'chroot',
    'fchown',
    'fchownat',
    'lchown',
    'setgid',
    'setgroups',
    'setuid',
  ],
  '@system-service': [
    'add_key',
    'capset',
    'chown',
    'fchown',
    'fchownat',
    'io_setup',
    'io_submit',
    'io_uring_setup',
    'keyctl',
    'lchown',
    'openat',
    'read',
    'request_key',
    'sched_setaffinity',
    'setgid',
    'setgroups',
    'setpriority',
    'setrlimit',
    'setuid',
    'userfaultfd',
    'write',
  ],
}
