/**
 * How a check reads the settings of a unit.
 * word: badness by value, any other value costs `otherwise`. families: denied unless one of `names` (blanks
 * between) is allowed; no names means every family that has no check of its own.
 */
export type Judge =
  | { by: 'boolean'; key: string }
  | { by: 'word'; key: string; badness: Record<string, number>; otherwise: number }
  | { by: 'capabilities'; names: string }
  | { by: 'namespace'; name: string }
  | { by: 'families'; names: string }
  | { by: 'syscalls'; group: string }
  | {
      by:
        | 'user'
        | 'supplementary-groups'
        | 'remove-ipc'
        | 'root'
        | 'umask'
        | 'architectures'
        | 'addresses'
        | 'devices'
        | 'ambient'
    }

export interface ExposureCheck {
  /** What systemd-analyze prints since 250. */
  id: string
  jsonField: string
  weight: number
  /** Badness at which the whole weight counts. */
  range: number
  judge: Judge
  /** Does not apply to a unit with DefaultDependencies=no. */
  needsDefaultDependencies?: true
}

/** The check that 252 and older lack unless it was ported back. */
export const BPF_CHECK = 'CapabilityBoundingSet_CAP_BPF'

/**
 * The table of `systemd-analyze security` (src/analyze/analyze-security.c): weights and ranges are the same
 * from 247 to 262. The stray parenthesis in one JSON field is systemd's.
 */
export const EXPOSURE_CHECKS: readonly ExposureCheck[] = [
  {
    id: 'User=/DynamicUser=',
    jsonField: 'UserOrDynamicUser',
    weight: 2000,
    range: 10,
    judge: { by: 'user' },
  },
  {
    id: 'SupplementaryGroups=',
    jsonField: 'SupplementaryGroups',
    weight: 200,
    range: 1,
    judge: { by: 'supplementary-groups' },
  },
  {
    id: 'PrivateDevices=',
    jsonField: 'PrivateDevices',
    weight: 1000,
    range: 1,
    judge: { by: 'boolean', key: 'PrivateDevices' },
  },
  {
    id: 'PrivateMounts=',
    jsonField: 'PrivateMounts',
    weight: 1000,
    range: 1,
    judge: { by: 'boolean', key: 'PrivateMounts' },
  },
  {
    id: 'PrivateNetwork=',
    jsonField: 'PrivateNetwork',
    weight: 2500,
    range: 1,
    judge: { by: 'boolean', key: 'PrivateNetwork' },
  },
  {
    id: 'PrivateTmp=',
    jsonField: 'PrivateTmp',
    weight: 1000,
    range: 1,
    judge: { by: 'boolean', key: 'PrivateTmp' },
    needsDefaultDependencies: true,
  },
  {
    id: 'PrivateUsers=',
    jsonField: 'PrivateUsers',
    weight: 1000,
    range: 1,
    judge: { by: 'boolean', key: 'PrivateUsers' },
  },
  {
    id: 'ProtectControlGroups=',
    jsonField: 'ProtectControlGroups',
    weight: 1000,
    range: 1,
    judge: { by: 'boolean', key: 'ProtectControlGroups' },
  },
  {
    id: 'ProtectKernelModules=',
    jsonField: 'ProtectKernelModules',
    weight: 1000,
    range: 1,
    judge: { by: 'boolean', key: 'ProtectKernelModules' },
  },
  {
    id: 'ProtectKernelTunables=',
    jsonField: 'ProtectKernelTunables',
    weight: 1000,
    range: 1,
    judge: { by: 'boolean', key: 'ProtectKernelTunables' },
  },
  {
    id: 'ProtectKernelLogs=',
    jsonField: 'ProtectKernelLogs',
    weight: 1000,
    range: 1,
    judge: { by: 'boolean', key: 'ProtectKernelLogs' },
  },
  {
    id: 'ProtectClock=',
    jsonField: 'ProtectClock',
    weight: 1000,
    range: 1,
    judge: { by: 'boolean', key: 'ProtectClock' },
  },
  {
    id: 'ProtectHome=',
    jsonField: 'ProtectHome',
    weight: 1000,
    range: 10,
    judge: { by: 'word', key: 'ProtectHome', badness: { yes: 0, tmpfs: 1, 'read-only': 5 }, otherwise: 10 },
    needsDefaultDependencies: true,
  },
  {
    id: 'ProtectHostname=',
    jsonField: 'ProtectHostname',
    weight: 50,
    range: 1,
    judge: { by: 'boolean', key: 'ProtectHostname' },
  },
  {
    id: 'ProtectSystem=',
    jsonField: 'ProtectSystem',
    weight: 1000,
    range: 10,
    judge: { by: 'word', key: 'ProtectSystem', badness: { strict: 0, full: 3, yes: 5 }, otherwise: 10 },
    needsDefaultDependencies: true,
  },
  {
    id: 'RootDirectory=/RootImage=',
    jsonField: 'RootDirectoryOrRootImage',
    weight: 200,
    range: 1,
    judge: { by: 'root' },
    needsDefaultDependencies: true,
  },
  {
    id: 'LockPersonality=',
    jsonField: 'LockPersonality',
    weight: 100,
    range: 1,
    judge: { by: 'boolean', key: 'LockPersonality' },
  },
  {
    id: 'MemoryDenyWriteExecute=',
    jsonField: 'MemoryDenyWriteExecute',
    weight: 100,
    range: 1,
    judge: { by: 'boolean', key: 'MemoryDenyWriteExecute' },
  },
  {
    id: 'NoNewPrivileges=',
    jsonField: 'NoNewPrivileges',
    weight: 1000,
    range: 1,
    judge: { by: 'boolean', key: 'NoNewPrivileges' },
  },
  {
    id: 'CapabilityBoundingSet=~CAP_SYS_ADMIN',
    jsonField: 'CapabilityBoundingSet_CAP_SYS_ADMIN',
    weight: 1500,
    range: 1,
    judge: { by: 'capabilities', names: 'cap_sys_admin' },
  },
  {
    id: 'CapabilityBoundingSet=~CAP_SET(UID|GID|PCAP)',
    jsonField: 'CapabilityBoundingSet_CAP_SET_UID_GID_PCAP',
    weight: 1500,
    range: 1,
    judge: { by: 'capabilities', names: 'cap_setuid cap_setgid cap_setpcap' },
  },
  {
    id: 'CapabilityBoundingSet=~CAP_SYS_PTRACE',
    jsonField: 'CapabilityBoundingSet_CAP_SYS_PTRACE',
    weight: 1500,
    range: 1,
    judge: { by: 'capabilities', names: 'cap_sys_ptrace' },
  },
  {
    id: 'CapabilityBoundingSet=~CAP_SYS_TIME',
    jsonField: 'CapabilityBoundingSet_CAP_SYS_TIME',
    weight: 1000,
    range: 1,
    judge: { by: 'capabilities', names: 'cap_sys_time' },
  },
  {
    id: 'CapabilityBoundingSet=~CAP_NET_ADMIN',
    jsonField: 'CapabilityBoundingSet_CAP_NET_ADMIN',
    weight: 1000,
    range: 1,
    judge: { by: 'capabilities', names: 'cap_net_admin' },
  },
  {
    id: 'CapabilityBoundingSet=~CAP_SYS_RAWIO',
    jsonField: 'CapabilityBoundingSet_CAP_SYS_RAWIO',
    weight: 1000,
    range: 1,
    judge: { by: 'capabilities', names: 'cap_sys_rawio' },
  },
  {
    id: 'CapabilityBoundingSet=~CAP_SYS_MODULE',
    jsonField: 'CapabilityBoundingSet_CAP_SYS_MODULE',
    weight: 1000,
    range: 1,
    judge: { by: 'capabilities', names: 'cap_sys_module' },
  },
  {
    id: 'CapabilityBoundingSet=~CAP_AUDIT_*',
    jsonField: 'CapabilityBoundingSet_CAP_AUDIT',
    weight: 500,
    range: 1,
    judge: { by: 'capabilities', names: 'cap_audit_control cap_audit_read cap_audit_write' },
  },
  {
    id: 'CapabilityBoundingSet=~CAP_SYSLOG',
    jsonField: 'CapabilityBoundingSet_CAP_SYSLOG',
    weight: 500,
    range: 1,
    judge: { by: 'capabilities', names: 'cap_syslog' },
  },
  {
    id: 'CapabilityBoundingSet=~CAP_SYS_(NICE|RESOURCE)',
    jsonField: 'CapabilityBoundingSet_CAP_SYS_NICE_RESOURCE',
    weight: 500,
    range: 1,
    judge: { by: 'capabilities', names: 'cap_sys_nice cap_sys_resource' },
  },
  {
    id: 'CapabilityBoundingSet=~CAP_MKNOD',
    jsonField: 'CapabilityBoundingSet_CAP_MKNOD',
    weight: 500,
    range: 1,
    judge: { by: 'capabilities', names: 'cap_mknod' },
  },
  {
    id: 'CapabilityBoundingSet=~CAP_(CHOWN|FSETID|SETFCAP)',
    jsonField: 'CapabilityBoundingSet_CAP_CHOWN_FSETID_SETFCAP',
    weight: 1000,
    range: 1,
    judge: { by: 'capabilities', names: 'cap_chown cap_fsetid cap_setfcap' },
  },
  {
    id: 'CapabilityBoundingSet=~CAP_(DAC_*|FOWNER|IPC_OWNER)',
    jsonField: 'CapabilityBoundingSet_CAP_DAC_FOWNER_IPC_OWNER',
    weight: 1000,
    range: 1,
    judge: { by: 'capabilities', names: 'cap_dac_override cap_dac_read_search cap_fowner cap_ipc_owner' },
  },
  {
    id: 'CapabilityBoundingSet=~CAP_KILL',
    jsonField: 'CapabilityBoundingSet_CAP_KILL',
    weight: 500,
    range: 1,
    judge: { by: 'capabilities', names: 'cap_kill' },
  },
  {
    id: 'CapabilityBoundingSet=~CAP_NET_(BIND_SERVICE|BROADCAST|RAW)',
    jsonField: 'CapabilityBoundingSet_CAP_NET_BIND_SERVICE_BROADCAST_RAW)',
    weight: 500,
    range: 1,
    judge: { by: 'capabilities', names: 'cap_net_bind_service cap_net_broadcast cap_net_raw' },
  },
  {
    id: 'CapabilityBoundingSet=~CAP_SYS_BOOT',
    jsonField: 'CapabilityBoundingSet_CAP_SYS_BOOT',
    weight: 100,
    range: 1,
    judge: { by: 'capabilities', names: 'cap_sys_boot' },
  },
  {
    id: 'CapabilityBoundingSet=~CAP_MAC_*',
    jsonField: 'CapabilityBoundingSet_CAP_MAC',
    weight: 100,
    range: 1,
    judge: { by: 'capabilities', names: 'cap_mac_admin cap_mac_override' },
  },
  {
    id: 'CapabilityBoundingSet=~CAP_LINUX_IMMUTABLE',
    jsonField: 'CapabilityBoundingSet_CAP_LINUX_IMMUTABLE',
    weight: 75,
    range: 1,
    judge: { by: 'capabilities', names: 'cap_linux_immutable' },
  },
  {
    id: 'CapabilityBoundingSet=~CAP_IPC_LOCK',
    jsonField: 'CapabilityBoundingSet_CAP_IPC_LOCK',
    weight: 50,
    range: 1,
    judge: { by: 'capabilities', names: 'cap_ipc_lock' },
  },
  {
    id: 'CapabilityBoundingSet=~CAP_SYS_CHROOT',
    jsonField: 'CapabilityBoundingSet_CAP_SYS_CHROOT',
    weight: 50,
    range: 1,
    judge: { by: 'capabilities', names: 'cap_sys_chroot' },
  },
  {
    id: 'CapabilityBoundingSet=~CAP_BLOCK_SUSPEND',
    jsonField: 'CapabilityBoundingSet_CAP_BLOCK_SUSPEND',
    weight: 25,
    range: 1,
    judge: { by: 'capabilities', names: 'cap_block_suspend' },
  },
  {
    id: 'CapabilityBoundingSet=~CAP_WAKE_ALARM',
    jsonField: 'CapabilityBoundingSet_CAP_WAKE_ALARM',
    weight: 25,
    range: 1,
    judge: { by: 'capabilities', names: 'cap_wake_alarm' },
  },
  {
    id: 'CapabilityBoundingSet=~CAP_LEASE',
    jsonField: 'CapabilityBoundingSet_CAP_LEASE',
    weight: 25,
    range: 1,
    judge: { by: 'capabilities', names: 'cap_lease' },
  },
  {
    id: 'CapabilityBoundingSet=~CAP_SYS_TTY_CONFIG',
    jsonField: 'CapabilityBoundingSet_CAP_SYS_TTY_CONFIG',
    weight: 25,
    range: 1,
    judge: { by: 'capabilities', names: 'cap_sys_tty_config' },
  },
  {
    id: 'CapabilityBoundingSet=~CAP_SYS_PACCT',
    jsonField: 'CapabilityBoundingSet_CAP_SYS_PACCT',
    weight: 25,
    range: 1,
    judge: { by: 'capabilities', names: 'cap_sys_pacct' },
  },
  {
    id: 'CapabilityBoundingSet=~CAP_BPF',
    jsonField: 'CapabilityBoundingSet_CAP_BPF',
    weight: 25,
    range: 1,
    judge: { by: 'capabilities', names: 'cap_bpf' },
  },
  { id: 'UMask=', jsonField: 'UMask', weight: 100, range: 10, judge: { by: 'umask' } },
  {
    id: 'KeyringMode=',
    jsonField: 'KeyringMode',
    weight: 1000,
    range: 1,
    judge: { by: 'word', key: 'KeyringMode', badness: { private: 0 }, otherwise: 1 },
  },
  {
    id: 'ProtectProc=',
    jsonField: 'ProtectProc',
    weight: 1000,
    range: 3,
    judge: {
      by: 'word',
      key: 'ProtectProc',
      badness: { invisible: 0, ptraceable: 0, noaccess: 1 },
      otherwise: 3,
    },
  },
  {
    id: 'ProcSubset=',
    jsonField: 'ProcSubset',
    weight: 10,
    range: 1,
    judge: { by: 'word', key: 'ProcSubset', badness: { pid: 0 }, otherwise: 1 },
  },
  {
    id: 'NotifyAccess=',
    jsonField: 'NotifyAccess',
    weight: 1000,
    range: 1,
    judge: { by: 'word', key: 'NotifyAccess', badness: { all: 1 }, otherwise: 0 },
  },
  { id: 'RemoveIPC=', jsonField: 'RemoveIPC', weight: 100, range: 1, judge: { by: 'remove-ipc' } },
  {
    id: 'Delegate=',
    jsonField: 'Delegate',
    weight: 100,
    range: 1,
    judge: { by: 'word', key: 'Delegate', badness: { yes: 1 }, otherwise: 0 },
  },
  {
    id: 'RestrictRealtime=',
    jsonField: 'RestrictRealtime',
    weight: 500,
    range: 1,
    judge: { by: 'boolean', key: 'RestrictRealtime' },
  },
  {
    id: 'RestrictSUIDSGID=',
    jsonField: 'RestrictSUIDSGID',
    weight: 1000,
    range: 1,
    judge: { by: 'boolean', key: 'RestrictSUIDSGID' },
  },
  {
    id: 'RestrictNamespaces=~user',
    jsonField: 'RestrictNamespaces_user',
    weight: 1500,
    range: 1,
    judge: { by: 'namespace', name: 'user' },
  },
  {
    id: 'RestrictNamespaces=~mnt',
    jsonField: 'RestrictNamespaces_mnt',
    weight: 500,
    range: 1,
    judge: { by: 'namespace', name: 'mnt' },
  },
  {
    id: 'RestrictNamespaces=~ipc',
    jsonField: 'RestrictNamespaces_ipc',
    weight: 500,
    range: 1,
    judge: { by: 'namespace', name: 'ipc' },
  },
  {
    id: 'RestrictNamespaces=~pid',
    jsonField: 'RestrictNamespaces_pid',
    weight: 500,
    range: 1,
    judge: { by: 'namespace', name: 'pid' },
  },
  {
    id: 'RestrictNamespaces=~cgroup',
    jsonField: 'RestrictNamespaces_cgroup',
    weight: 500,
    range: 1,
    judge: { by: 'namespace', name: 'cgroup' },
  },
  {
    id: 'RestrictNamespaces=~net',
    jsonField: 'RestrictNamespaces_net',
    weight: 500,
    range: 1,
    judge: { by: 'namespace', name: 'net' },
  },
  {
    id: 'RestrictNamespaces=~uts',
    jsonField: 'RestrictNamespaces_uts',
    weight: 100,
    range: 1,
    judge: { by: 'namespace', name: 'uts' },
  },
  {
    id: 'RestrictAddressFamilies=~AF_(INET|INET6)',
    jsonField: 'RestrictAddressFamilies_AF_INET_INET6',
    weight: 1500,
    range: 1,
    judge: { by: 'families', names: 'AF_INET AF_INET6' },
  },
  {
    id: 'RestrictAddressFamilies=~AF_UNIX',
    jsonField: 'RestrictAddressFamilies_AF_UNIX',
    weight: 25,
    range: 1,
    judge: { by: 'families', names: 'AF_UNIX' },
  },
  {
    id: 'RestrictAddressFamilies=~AF_NETLINK',
    jsonField: 'RestrictAddressFamilies_AF_NETLINK',
    weight: 200,
    range: 1,
    judge: { by: 'families', names: 'AF_NETLINK' },
  },
  {
    id: 'RestrictAddressFamilies=~AF_PACKET',
    jsonField: 'RestrictAddressFamilies_AF_PACKET',
    weight: 1000,
    range: 1,
    judge: { by: 'families', names: 'AF_PACKET' },
  },
  {
    id: 'RestrictAddressFamilies=~…',
    jsonField: 'RestrictAddressFamilies_OTHER',
    weight: 1250,
    range: 1,
    judge: { by: 'families', names: '' },
  },
  {
    id: 'SystemCallArchitectures=',
    jsonField: 'SystemCallArchitectures',
    weight: 1000,
    range: 10,
    judge: { by: 'architectures' },
  },
  {
    id: 'SystemCallFilter=~@swap',
    jsonField: 'SystemCallFilter_swap',
    weight: 1000,
    range: 10,
    judge: { by: 'syscalls', group: '@swap' },
  },
  {
    id: 'SystemCallFilter=~@obsolete',
    jsonField: 'SystemCallFilter_obsolete',
    weight: 250,
    range: 10,
    judge: { by: 'syscalls', group: '@obsolete' },
  },
  {
    id: 'SystemCallFilter=~@clock',
    jsonField: 'SystemCallFilter_clock',
    weight: 1000,
    range: 10,
    judge: { by: 'syscalls', group: '@clock' },
  },
  {
    id: 'SystemCallFilter=~@cpu-emulation',
    jsonField: 'SystemCallFilter_cpu_emulation',
    weight: 250,
    range: 10,
    judge: { by: 'syscalls', group: '@cpu-emulation' },
  },
  {
    id: 'SystemCallFilter=~@debug',
    jsonField: 'SystemCallFilter_debug',
    weight: 1000,
    range: 10,
    judge: { by: 'syscalls', group: '@debug' },
  },
  {
    id: 'SystemCallFilter=~@mount',
    jsonField: 'SystemCallFilter_mount',
    weight: 1000,
    range: 10,
    judge: { by: 'syscalls', group: '@mount' },
  },
  {
    id: 'SystemCallFilter=~@module',
    jsonField: 'SystemCallFilter_module',
    weight: 1000,
    range: 10,
    judge: { by: 'syscalls', group: '@module' },
  },
  {
    id: 'SystemCallFilter=~@raw-io',
    jsonField: 'SystemCallFilter_raw_io',
    weight: 1000,
    range: 10,
    judge: { by: 'syscalls', group: '@raw-io' },
  },
  {
    id: 'SystemCallFilter=~@reboot',
    jsonField: 'SystemCallFilter_reboot',
    weight: 1000,
    range: 10,
    judge: { by: 'syscalls', group: '@reboot' },
  },
  {
    id: 'SystemCallFilter=~@privileged',
    jsonField: 'SystemCallFilter_privileged',
    weight: 700,
    range: 10,
    judge: { by: 'syscalls', group: '@privileged' },
  },
  {
    id: 'SystemCallFilter=~@resources',
    jsonField: 'SystemCallFilter_resources',
    weight: 700,
    range: 10,
    judge: { by: 'syscalls', group: '@resources' },
  },
  { id: 'IPAddressDeny=', jsonField: 'IPAddressDeny', weight: 1000, range: 10, judge: { by: 'addresses' } },
  { id: 'DeviceAllow=', jsonField: 'DeviceAllow', weight: 1000, range: 10, judge: { by: 'devices' } },
  {
    id: 'AmbientCapabilities=',
    jsonField: 'AmbientCapabilities',
    weight: 500,
    range: 1,
    judge: { by: 'ambient' },
  },
]
