import type { LabWish } from '../kit/lab.ts'

/**
 * Something that a service needs at its start and that no look at its processes shows, so that a recommended directive
 * breaks it. Each is a script of an ExecStartPre= that the administrator added.
 */
export interface Seed {
  name: string
  /** Line of a script; it fails when what it needs is refused. */
  script: string
  /** What the drop-in would say had the directive been kept as it is recommended. */
  forbids: RegExp
}

const seeds = {
  home: { script: 'cat /home/shared/token', forbids: /^ProtectHome=(yes|tmpfs)$/m },
  memory: { script: 'grep -q MemTotal /proc/meminfo', forbids: /^ProcSubset=pid$/m },
  tool: { script: '/srv/tool', forbids: /^NoExecPaths=\/$(?![\s\S]*^ExecPaths=.*\/srv)/m },
  netlink: {
    script: 'ip link show lo',
    forbids: /^RestrictAddressFamilies=AF_(?!NETLINK)(?![\s\S]*AF_NETLINK)/m,
  },
  stamp: {
    script: 'date >/srv/stamp/$$',
    forbids: /^ProtectSystem=strict$(?![\s\S]*^ReadWritePaths=.*\/srv)/m,
  },
  namespace: { script: 'unshare --user true', forbids: /^RestrictNamespaces=yes$/m },
  personality: { script: 'setarch --addr-no-randomize true', forbids: /^LockPersonality=yes$/m },
  suid: {
    script: 'cp /usr/bin/true /srv/stamp/$$ && chmod u+s /srv/stamp/$$',
    forbids: /^RestrictSUIDSGID=yes$/m,
  },
  limits: {
    script: 'nice -n 5 true',
    forbids: /^SystemCallFilter=~.*@resources(?![\s\S]*^SystemCallFilter=(?!~).*\bsetpriority\b)/m,
  },
  modules: { script: 'ls /usr/lib/modules/seed', forbids: /^ProtectKernelModules=yes$/m },
  code: {
    script: `perl -e 'exit(syscall(9, 0, 4096, 7, 0x22, -1, 0) == -1)'`,
    forbids: /^MemoryDenyWriteExecute=yes$/m,
  },
} satisfies Record<string, Omit<Seed, 'name'>>

export type SeedName = keyof typeof seeds

export function seed(name: SeedName): Seed {
  return { name, ...seeds[name] }
}

export interface SeededService {
  /** As it is given to hardenctl. */
  unit: string
  seeds: readonly SeedName[]
  wish: LabWish
}

const FOLDER = '/usr/local/lib/seeds'

const PAGE = `const { createServer } = require('node:http')
createServer((request, response) => response.end('page')).listen(8082, '127.0.0.1')
`

/** The service with its seeds in a lab; what they need is there, readable by every account. */
function seeded(unit: string, names: readonly SeedName[], wish: LabWish = {}): SeededService {
  const scripts = names.map((name) => [`${FOLDER}/${name}`, `#!/bin/sh\n${seeds[name].script}\n`] as const)
  const lines = names.map((name) => `ExecStartPre=${FOLDER}/${name}`)
  return {
    unit,
    seeds: names,
    wish: {
      ...wish,
      files: {
        ...wish.files,
        ...Object.fromEntries(scripts),
        '/home/shared/token': 'token\n',
        '/usr/lib/modules/seed/modules.dep': '',
        [`/etc/systemd/system/${unit}.service.d/seeds.conf`]: ['[Service]', ...lines, ''].join('\n'),
      },
      setup: [
        ...(wish.setup ?? []),
        ['sh', '-c', `chmod 755 ${FOLDER}/* && cp /usr/bin/true /srv/tool && mkdir -m 1777 /srv/stamp`],
        ['systemctl', 'daemon-reload'],
      ],
      services: [unit],
    },
  }
}

export const SEEDED: readonly SeededService[] = [
  seeded('nginx', ['home', 'netlink', 'stamp', 'namespace', 'limits']),
  seeded('apache2', ['memory', 'tool', 'personality', 'suid', 'home']),
  seeded('mosquitto', ['home', 'stamp', 'netlink', 'modules', 'code']),
  seeded('postgresql@15-main', ['memory', 'tool', 'namespace', 'home', 'personality']),
  seeded('php8.2-fpm', ['home', 'stamp', 'suid', 'limits', 'code']),
  seeded('page', ['memory', 'tool', 'netlink', 'personality', 'home'], {
    files: {
      '/opt/page.cjs': PAGE,
      '/etc/systemd/system/page.service':
        '[Service]\nExecStart=/usr/local/bin/node /opt/page.cjs\n[Install]\nWantedBy=multi-user.target\n',
    },
  }),
]
