import type { Assignment } from '../../../../src/catalog/common/types.ts'

const YES_NO = ['yes', 'no']

/** Values to pick from, by setting; each value is one or more lines. */
const VALUES: Readonly<Record<string, readonly (string | readonly string[])[]>> = {
  User: ['daemon', 'nobody', '0', 'root'],
  DynamicUser: ['no', 'no', 'yes'],
  SupplementaryGroups: ['adm tty', ['', 'adm']],
  PrivateDevices: YES_NO,
  PrivateMounts: YES_NO,
  PrivateNetwork: YES_NO,
  PrivateTmp: YES_NO,
  PrivateUsers: YES_NO,
  PrivateIPC: YES_NO,
  ProtectControlGroups: ['true', 'off'],
  ProtectKernelModules: YES_NO,
  ProtectKernelTunables: ['1', '0'],
  ProtectKernelLogs: YES_NO,
  ProtectClock: YES_NO,
  ProtectHostname: YES_NO,
  ProtectHome: ['yes', 'tmpfs', 'read-only', 'no', 'on'],
  ProtectSystem: ['strict', 'full', 'yes', 'no', 'true'],
  LockPersonality: YES_NO,
  MemoryDenyWriteExecute: YES_NO,
  NoNewPrivileges: YES_NO,
  RestrictRealtime: YES_NO,
  RestrictSUIDSGID: YES_NO,
  RemoveIPC: YES_NO,
  Delegate: YES_NO,
  CapabilityBoundingSet: [
    '',
    '~',
    'CAP_NET_BIND_SERVICE CAP_KILL',
    ['', 'CAP_CHOWN CAP_SETUID'],
    '~CAP_SYS_ADMIN CAP_SYS_PTRACE',
    ['CAP_KILL', '~CAP_KILL CAP_CHOWN', 'cap_net_raw'],
    ['~CAP_BPF', '~CAP_SYSLOG CAP_AUDIT_WRITE'],
  ],
  AmbientCapabilities: ['', 'CAP_NET_BIND_SERVICE', ['CAP_KILL', '~CAP_KILL']],
  UMask: ['0077', '27', '022', '0037', '0007', '0'],
  KeyringMode: ['private', 'inherit', 'shared'],
  ProtectProc: ['invisible', 'noaccess', 'ptraceable', 'default'],
  ProcSubset: ['pid', 'all'],
  NotifyAccess: ['main', 'all', 'none'],
  RestrictNamespaces: [
    'yes',
    'no',
    '~user',
    'net mnt',
    ['~user mnt', '~pid'],
    ['user', 'net'],
    ['net', '~net', ''],
  ],
  RestrictAddressFamilies: [
    'none',
    'AF_INET AF_INET6',
    'AF_UNIX',
    '~AF_PACKET',
    '~AF_INET',
    ['AF_UNIX AF_VSOCK', '~AF_VSOCK'],
    ['~AF_NETLINK AF_ALG', 'AF_NETLINK'],
    ['AF_UNIX', '', '~AF_PACKET AF_NETLINK'],
  ],
  SystemCallArchitectures: ['native', 'x86', 'native x86', ['x86', '', 'native']],
  SystemCallFilter: [
    '@system-service',
    ['@system-service', '~@privileged @resources'],
    ['@system-service', '~@privileged @resources', 'sched_setaffinity'],
    '~@clock @debug @module @mount',
    '~@obsolete @cpu-emulation @raw-io @reboot @swap',
    ['~@privileged', 'chown'],
    ['~@clock', '@system-service'],
    ['~@clock', '', '@basic-io @file-system'],
    ['~@swap:EPERM @reboot:kill', '~settimeofday:38'],
    ['@system-service @mount', 'chroot:EPERM'],
    '',
  ],
  SystemCallErrorNumber: ['EPERM', 'kill', 'ENOSYS'],
  SystemCallLog: ['@mount', '~@system-service'],
  IPAddressDeny: ['any', '10.0.0.0/8', ['any', '192.168.7.1'], ['any', '', '::/0']],
  IPAddressAllow: ['localhost', '10.1.2.3/8', 'link-local multicast', '127.0.0.1', ''],
  DevicePolicy: ['auto', 'closed', 'strict'],
  DeviceAllow: ['/dev/null rw', 'char-pts', ['/dev/null', '']],
}

/** What a service is given besides, that the score does not count but a difference could be seen in. */
const UNSCORED: Readonly<Record<string, readonly (string | readonly string[])[]>> = {
  Group: ['daemon'],
  RuntimeDirectory: ['foo bar/baz', ['', 'foo']],
  RuntimeDirectoryMode: ['750', '0755'],
  RuntimeDirectoryPreserve: ['yes', 'restart'],
  LogsDirectory: ['foo'],
  StateDirectory: ['foo'],
  ReadWritePaths: ['/var/run/foo -/var/log', ['/srv', '', '/tmp/ +/opt//x'], '"/var/with blank" -/srv'],
  ReadOnlyPaths: ['/usr', ['/etc', '-/srv']],
  InaccessiblePaths: ['-/mnt', '/boot'],
  TemporaryFileSystem: ['/var:ro', '/opt /mnt:ro,size=5M'],
  NoExecPaths: ['/', ['/tmp', '/']],
  ExecPaths: ['/usr/bin/sleep /usr/lib', ['', '/usr']],
  SocketBindDeny: ['any', 'ipv6:udp', 'ipv4:tcp:80'],
  SocketBindAllow: ['1024-2000', 'tcp', ['', '443']],
  BindPaths: ['/srv', '-/srv:/mnt:norbind'],
  ExecStartPre: [
    ['', '+/bin/sh -c "echo \'a b\' %n"'],
    '-/bin/true a  b',
    ['', '/bin/echo 100%%', '/bin/true'],
  ],
}

/** Small, seeded, and the same everywhere: a failing combination can be tried again (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** Lines of a random drop-in; each setting is there with the given chance. */
export function randomDropIn(random: () => number, chance: number, unscored: boolean): Assignment[] {
  return Object.entries({ ...VALUES, ...(unscored ? UNSCORED : {}) }).flatMap(([key, values]) => {
    if (random() >= chance) return []
    const picked = values[Math.floor(random() * values.length)] ?? ''
    const lines = typeof picked === 'string' ? [picked] : picked
    return lines.map((value) => ({ section: 'Service' as const, key, value }))
  })
}

/** Text of the lines under [Service]. */
export function dropInText(assignments: readonly Assignment[]): string {
  return assignments.map(({ key, value }) => `${key}=${value}\n`).join('')
}

/** What `systemctl show` prints for a service with nothing set, where that is not the empty text. */
export const STOCK_SHOWN: Readonly<Record<string, string[]>> = {
  DefaultDependencies: ['yes'],
  DevicePolicy: ['auto'],
  UMask: ['0022'],
  KeyringMode: ['private'],
  NotifyAccess: ['none'],
  ProtectHome: ['no'],
  ProtectSystem: ['no'],
  ProtectProc: ['default'],
  ProcSubset: ['all'],
  RestrictNamespaces: ['no'],
  RestrictAddressFamilies: ['~'],
  SystemCallFilter: ['~'],
}
