/**
 * Single directives, each tried alone: lines of a drop-in, a list setting reset first. None that outlives its undo: under
 * UMask=0777 redis saves data that it can't read ever after.
 */
export const VALUES: readonly (readonly string[])[] = [
  ...['', 'CAP_NET_BIND_SERVICE', 'CAP_SETUID CAP_SETGID', 'CAP_CHOWN CAP_FOWNER CAP_DAC_OVERRIDE'].map(
    (value) => ['CapabilityBoundingSet=', ...(value === '' ? [] : [`CapabilityBoundingSet=${value}`])],
  ),
  ['CapabilityBoundingSet=~CAP_SETUID'],
  ['CapabilityBoundingSet=~CAP_CHOWN'],
  ['CapabilityBoundingSet=~CAP_DAC_OVERRIDE'],
  ['CapabilityBoundingSet=~CAP_KILL'],
  ['CapabilityBoundingSet=~CAP_NET_BIND_SERVICE'],
  ['NoNewPrivileges=yes'],

  ['ProtectSystem=yes'],
  ['ProtectSystem=full'],
  ['ProtectSystem=strict'],
  ['ProtectHome=yes'],
  ['ProtectHome=tmpfs'],
  ['PrivateTmp=yes'],
  ['ReadOnlyPaths=/var'],
  ['ReadOnlyPaths=/run'],
  ['InaccessiblePaths=/var/log'],
  ['InaccessiblePaths=/etc'],
  ['TemporaryFileSystem=/var'],
  ['NoExecPaths=/', 'ExecPaths=/usr/lib'],
  ['NoExecPaths=/', 'ExecPaths=/usr /lib /lib64'],
  ['NoExecPaths=/usr/bin'],
  ['UMask=0077'],
  ['UMask=0027'],

  ['PrivateDevices=yes'],
  ['DevicePolicy=strict'],
  ['ProtectProc=invisible'],
  ['ProtectProc=noaccess'],
  ['ProcSubset=pid'],
  ['ProtectKernelTunables=yes'],
  ['ProtectKernelModules=yes'],
  ['ProtectKernelLogs=yes'],
  ['ProtectControlGroups=yes'],
  ['ProtectClock=yes'],
  ['ProtectHostname=yes'],

  ['RestrictNamespaces=yes'],
  ['PrivateUsers=yes'],
  ['PrivateNetwork=yes'],
  ['PrivateIPC=yes'],
  ['RestrictAddressFamilies=', 'RestrictAddressFamilies=AF_UNIX'],
  ['RestrictAddressFamilies=', 'RestrictAddressFamilies=AF_INET'],
  ['RestrictAddressFamilies=', 'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6'],
  ['MemoryDenyWriteExecute=yes'],
  ['LockPersonality=yes'],
  ['RestrictRealtime=yes'],
  ['RestrictSUIDSGID=yes'],
  ['RemoveIPC=yes'],

  ['User=www-data', 'Group=www-data'],
  ['User=nobody', 'Group=nogroup'],
  ['DynamicUser=yes'],
  ['LimitNOFILE=12'],
  ['LimitFSIZE=0'],
  ['LimitAS=32M'],
  ['IPAddressDeny=any'],
  ['IPAddressDeny=any', 'IPAddressAllow=localhost'],
  ['SocketBindDeny=any'],
]

/**
 * Tried with nothing else going on: a killed call stands in the log of the one kernel, and a process that is gone can't
 * be asked whose it was.
 */
export const FILTERS: readonly (readonly string[])[] = [
  ['SystemCallArchitectures=native'],
  ...['@system-service', '~@privileged', '~@network-io', '~@chown', '~@process', '~@resources'].map(
    (value) => ['SystemCallFilter=', `SystemCallFilter=${value}`],
  ),
]
