/** How the lines of a setting merge, and how `systemctl show` prints the result. */
export type Kind =
  | 'boolean'
  | 'word'
  | 'words'
  | 'capabilities'
  | 'syscalls'
  | 'syscall-log'
  | 'families'
  | 'file-systems'
  | 'namespaces'
  | 'paths'
  | 'binds'
  | 'octal'
  | 'errno'
  | 'addresses'
  | 'devices'
  | 'binding'
  | 'exec'

const KEYS: Readonly<Record<Exclude<Kind, 'word'>, string>> = {
  // Some take words too (ProtectSystem=strict, PrivateTmp=disconnected); only their yes and no need reading.
  boolean: `DefaultDependencies Delegate DynamicUser LockPersonality MemoryDenyWriteExecute NoNewPrivileges
    PrivateDevices PrivateIPC PrivateMounts PrivateNetwork PrivatePIDs PrivateTmp PrivateUsers
    ProtectClock ProtectControlGroups ProtectHome ProtectHostname ProtectKernelLogs ProtectKernelModules
    ProtectKernelTunables ProtectSystem RemoveIPC RestrictRealtime RestrictSUIDSGID RuntimeDirectoryPreserve
    PermissionsStartOnly RootEphemeral MountAPIVFS`,
  words: `SupplementaryGroups RuntimeDirectory StateDirectory LogsDirectory CacheDirectory
    ConfigurationDirectory SystemCallArchitectures After Before Requires Wants BindsTo PartOf Conflicts
    IPIngressFilterPath IPEgressFilterPath Environment RestrictNetworkInterfaces`,
  capabilities: 'CapabilityBoundingSet AmbientCapabilities',
  syscalls: 'SystemCallFilter',
  'syscall-log': 'SystemCallLog',
  families: 'RestrictAddressFamilies',
  'file-systems': 'RestrictFileSystems',
  namespaces: 'RestrictNamespaces',
  paths: `ReadWritePaths ReadOnlyPaths InaccessiblePaths ExecPaths NoExecPaths TemporaryFileSystem
    ExecSearchPath PIDFile`,
  binds: 'BindPaths BindReadOnlyPaths',
  octal: `UMask RuntimeDirectoryMode StateDirectoryMode LogsDirectoryMode CacheDirectoryMode
    ConfigurationDirectoryMode`,
  errno: 'SystemCallErrorNumber',
  addresses: 'IPAddressDeny IPAddressAllow',
  devices: 'DeviceAllow',
  binding: 'SocketBindDeny SocketBindAllow',
  exec: `ExecCondition ExecStartPre ExecStart ExecStartPost ExecReload ExecStop ExecStopPost`,
}

const KIND_BY_KEY: ReadonlyMap<string, Kind> = new Map(
  Object.entries(KEYS).flatMap(([kind, keys]) =>
    keys.split(/\s+/).map((key) => [key, kind as Kind] as const),
  ),
)

/** Kind of a setting; one that is not listed keeps its last value as it is. */
export function kindOf(key: string): Kind {
  return KIND_BY_KEY.get(key) ?? 'word'
}

/** "@group" → its system calls, subgroups resolved. */
export type Groups = Readonly<Record<string, readonly string[]>>
