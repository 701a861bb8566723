/** What every one of them has, as the guides to hardening have it. */
const KERNEL = `ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
`
const SANDBOX = `${KERNEL}NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectProc=invisible
ProcSubset=pid
LockPersonality=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RemoveIPC=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged
IPAddressDeny=any
IPAddressAllow=localhost
UMask=0077
`
/** Where the service sets none of its own limits, and is not to see another user's files as nobody's. */
const STRICTER = `PrivateUsers=yes
SystemCallFilter=~@resources
`
const NO_CAPABILITY = 'CapabilityBoundingSet=\n'
const INET = 'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6\n'

/** Drop-ins as a careful expert writes them from the manuals and a look at the service, tried and mended by hand. */
export const BY_HAND: Readonly<Record<string, string>> = {
  redis: `[Service]
ProcSubset=pid
IPAddressDeny=any
IPAddressAllow=localhost
UMask=0077
`,
  /**
   * The queries' own JIT compiles to memory, so MemoryDenyWriteExecute= stays off. pg_ctlcluster compares owners with
   * those of the server that is about to stop, so no PrivateUsers=.
   */
  postgresql: `[Service]
User=postgres
Group=postgres
${SANDBOX}${NO_CAPABILITY}${INET}SystemCallFilter=~@resources
ReadWritePaths=/var/lib/postgresql /var/log/postgresql /run/postgresql
`,
  mosquitto: `[Service]
User=mosquitto
Group=mosquitto
ExecStartPre=
RuntimeDirectory=mosquitto
StateDirectory=mosquitto
LogsDirectory=mosquitto
${SANDBOX}${STRICTER}${NO_CAPABILITY}${INET}MemoryDenyWriteExecute=yes
`,
  /** PCRE compiles patterns to memory, so MemoryDenyWriteExecute= stays off. The pool's socket is given its owner. */
  'php-fpm': `[Service]
User=www-data
Group=www-data
ExecStartPost=
ExecStopPost=
ExecStartPre=+/bin/sh -c 'chown www-data /var/log/php*-fpm.log'
${SANDBOX}PrivateUsers=yes
SystemCallFilter=chown
${NO_CAPABILITY}RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
ReadWritePaths=/var/lib/php/sessions /run/php -/var/log
`,
  /** V8 compiles to memory, and guards it with keys. */
  node: `[Service]
DynamicUser=yes
${SANDBOX}PrivateUsers=yes
SystemCallFilter=@pkey
${NO_CAPABILITY}${INET}`,
  java: `[Service]
${SANDBOX}${STRICTER}${NO_CAPABILITY}${INET}`,
  /**
   * Nothing. A sandbox is inherited by every job and by the administrator's own shell: one that may not write below /etc,
   * start a program, load a module or make a setuid file can't upgrade the machine.
   */
  cron: '',
  ssh: '',
}
