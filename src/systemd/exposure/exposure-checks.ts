import { EXPOSURE_TABLE } from './exposure-table.ts'

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

/** How each check reads a unit (src/analyze/analyze-security.c). A check of a newer systemd does not compile without. */
const JUDGES: Readonly<Record<(typeof EXPOSURE_TABLE)[number]['jsonField'], Judge>> = {
  UserOrDynamicUser: { by: 'user' },
  SupplementaryGroups: { by: 'supplementary-groups' },
  PrivateDevices: { by: 'boolean', key: 'PrivateDevices' },
  PrivateMounts: { by: 'boolean', key: 'PrivateMounts' },
  PrivateNetwork: { by: 'boolean', key: 'PrivateNetwork' },
  PrivateTmp: { by: 'boolean', key: 'PrivateTmp' },
  PrivateUsers: { by: 'boolean', key: 'PrivateUsers' },
  ProtectControlGroups: { by: 'boolean', key: 'ProtectControlGroups' },
  ProtectKernelModules: { by: 'boolean', key: 'ProtectKernelModules' },
  ProtectKernelTunables: { by: 'boolean', key: 'ProtectKernelTunables' },
  ProtectKernelLogs: { by: 'boolean', key: 'ProtectKernelLogs' },
  ProtectClock: { by: 'boolean', key: 'ProtectClock' },
  ProtectHome: {
    by: 'word',
    key: 'ProtectHome',
    badness: { yes: 0, tmpfs: 1, 'read-only': 5 },
    otherwise: 10,
  },
  ProtectHostname: { by: 'boolean', key: 'ProtectHostname' },
  ProtectSystem: { by: 'word', key: 'ProtectSystem', badness: { strict: 0, full: 3, yes: 5 }, otherwise: 10 },
  RootDirectoryOrRootImage: { by: 'root' },
  LockPersonality: { by: 'boolean', key: 'LockPersonality' },
  MemoryDenyWriteExecute: { by: 'boolean', key: 'MemoryDenyWriteExecute' },
  NoNewPrivileges: { by: 'boolean', key: 'NoNewPrivileges' },
  CapabilityBoundingSet_CAP_SYS_ADMIN: { by: 'capabilities', names: 'cap_sys_admin' },
  CapabilityBoundingSet_CAP_SET_UID_GID_PCAP: {
    by: 'capabilities',
    names: 'cap_setuid cap_setgid cap_setpcap',
  },
  CapabilityBoundingSet_CAP_SYS_PTRACE: { by: 'capabilities', names: 'cap_sys_ptrace' },
  CapabilityBoundingSet_CAP_SYS_TIME: { by: 'capabilities', names: 'cap_sys_time' },
  CapabilityBoundingSet_CAP_NET_ADMIN: { by: 'capabilities', names: 'cap_net_admin' },
  CapabilityBoundingSet_CAP_SYS_RAWIO: { by: 'capabilities', names: 'cap_sys_rawio' },
  CapabilityBoundingSet_CAP_SYS_MODULE: { by: 'capabilities', names: 'cap_sys_module' },
  CapabilityBoundingSet_CAP_AUDIT: {
    by: 'capabilities',
    names: 'cap_audit_control cap_audit_read cap_audit_write',
  },
  CapabilityBoundingSet_CAP_SYSLOG: { by: 'capabilities', names: 'cap_syslog' },
  CapabilityBoundingSet_CAP_SYS_NICE_RESOURCE: { by: 'capabilities', names: 'cap_sys_nice cap_sys_resource' },
  CapabilityBoundingSet_CAP_MKNOD: { by: 'capabilities', names: 'cap_mknod' },
  CapabilityBoundingSet_CAP_CHOWN_FSETID_SETFCAP: {
    by: 'capabilities',
    names: 'cap_chown cap_fsetid cap_setfcap',
  },
  CapabilityBoundingSet_CAP_DAC_FOWNER_IPC_OWNER: {
    by: 'capabilities',
    names: 'cap_dac_override cap_dac_read_search cap_fowner cap_ipc_owner',
  },
  CapabilityBoundingSet_CAP_KILL: { by: 'capabilities', names: 'cap_kill' },
  'CapabilityBoundingSet_CAP_NET_BIND_SERVICE_BROADCAST_RAW)': {
    by: 'capabilities',
    names: 'cap_net_bind_service cap_net_broadcast cap_net_raw',
  },
  CapabilityBoundingSet_CAP_SYS_BOOT: { by: 'capabilities', names: 'cap_sys_boot' },
  CapabilityBoundingSet_CAP_MAC: { by: 'capabilities', names: 'cap_mac_admin cap_mac_override' },
  CapabilityBoundingSet_CAP_LINUX_IMMUTABLE: { by: 'capabilities', names: 'cap_linux_immutable' },
  CapabilityBoundingSet_CAP_IPC_LOCK: { by: 'capabilities', names: 'cap_ipc_lock' },
  CapabilityBoundingSet_CAP_SYS_CHROOT: { by: 'capabilities', names: 'cap_sys_chroot' },
  CapabilityBoundingSet_CAP_BLOCK_SUSPEND: { by: 'capabilities', names: 'cap_block_suspend' },
  CapabilityBoundingSet_CAP_WAKE_ALARM: { by: 'capabilities', names: 'cap_wake_alarm' },
  CapabilityBoundingSet_CAP_LEASE: { by: 'capabilities', names: 'cap_lease' },
  CapabilityBoundingSet_CAP_SYS_TTY_CONFIG: { by: 'capabilities', names: 'cap_sys_tty_config' },
  CapabilityBoundingSet_CAP_SYS_PACCT: { by: 'capabilities', names: 'cap_sys_pacct' },
  CapabilityBoundingSet_CAP_BPF: { by: 'capabilities', names: 'cap_bpf' },
  UMask: { by: 'umask' },
  KeyringMode: { by: 'word', key: 'KeyringMode', badness: { private: 0 }, otherwise: 1 },
  ProtectProc: {
    by: 'word',
    key: 'ProtectProc',
    badness: { invisible: 0, ptraceable: 0, noaccess: 1 },
    otherwise: 3,
  },
  ProcSubset: { by: 'word', key: 'ProcSubset', badness: { pid: 0 }, otherwise: 1 },
  NotifyAccess: { by: 'word', key: 'NotifyAccess', badness: { all: 1 }, otherwise: 0 },
  RemoveIPC: { by: 'remove-ipc' },
  Delegate: { by: 'word', key: 'Delegate', badness: { yes: 1 }, otherwise: 0 },
  RestrictRealtime: { by: 'boolean', key: 'RestrictRealtime' },
  RestrictSUIDSGID: { by: 'boolean', key: 'RestrictSUIDSGID' },
  RestrictNamespaces_user: { by: 'namespace', name: 'user' },
  RestrictNamespaces_mnt: { by: 'namespace', name: 'mnt' },
  RestrictNamespaces_ipc: { by: 'namespace', name: 'ipc' },
  RestrictNamespaces_pid: { by: 'namespace', name: 'pid' },
  RestrictNamespaces_cgroup: { by: 'namespace', name: 'cgroup' },
  RestrictNamespaces_net: { by: 'namespace', name: 'net' },
  RestrictNamespaces_uts: { by: 'namespace', name: 'uts' },
  RestrictAddressFamilies_AF_INET_INET6: { by: 'families', names: 'AF_INET AF_INET6' },
  RestrictAddressFamilies_AF_UNIX: { by: 'families', names: 'AF_UNIX' },
  RestrictAddressFamilies_AF_NETLINK: { by: 'families', names: 'AF_NETLINK' },
  RestrictAddressFamilies_AF_PACKET: { by: 'families', names: 'AF_PACKET' },
  RestrictAddressFamilies_OTHER: { by: 'families', names: '' },
  SystemCallArchitectures: { by: 'architectures' },
  SystemCallFilter_swap: { by: 'syscalls', group: '@swap' },
  SystemCallFilter_obsolete: { by: 'syscalls', group: '@obsolete' },
  SystemCallFilter_clock: { by: 'syscalls', group: '@clock' },
  SystemCallFilter_cpu_emulation: { by: 'syscalls', group: '@cpu-emulation' },
  SystemCallFilter_debug: { by: 'syscalls', group: '@debug' },
  SystemCallFilter_mount: { by: 'syscalls', group: '@mount' },
  SystemCallFilter_module: { by: 'syscalls', group: '@module' },
  SystemCallFilter_raw_io: { by: 'syscalls', group: '@raw-io' },
  SystemCallFilter_reboot: { by: 'syscalls', group: '@reboot' },
  SystemCallFilter_privileged: { by: 'syscalls', group: '@privileged' },
  SystemCallFilter_resources: { by: 'syscalls', group: '@resources' },
  IPAddressDeny: { by: 'addresses' },
  DeviceAllow: { by: 'devices' },
  AmbientCapabilities: { by: 'ambient' },
}

export const EXPOSURE_CHECKS: readonly ExposureCheck[] = EXPOSURE_TABLE.map((row) => ({
  ...row,
  judge: JUDGES[row.jsonField],
}))

/** Settings that the checks read beside those that a check names as its key. */
const MORE_KEYS = `AmbientCapabilities CapabilityBoundingSet DefaultDependencies DeviceAllow DevicePolicy DynamicUser
  IPAddressAllow IPAddressDeny IPEgressFilterPath IPIngressFilterPath PrivateMounts RemoveIPC RestrictAddressFamilies
  RestrictNamespaces RootDirectory RootImage SupplementaryGroups SystemCallArchitectures SystemCallFilter UMask User`

/** All settings that the exposure of a unit is counted by: a sixth of what systemctl shows. */
export const EXPOSURE_KEYS: ReadonlySet<string> = new Set([
  ...MORE_KEYS.split(/\s+/),
  ...EXPOSURE_CHECKS.flatMap(({ judge }) => ('key' in judge ? [judge.key] : [])),
])
