import type { Facts } from '../../../src/observe/facts.ts'
import {
  account,
  binary,
  emptyFacts,
  file,
  GROUPS,
  listening,
  process,
  rotated,
  STOCK,
  wrote,
} from './build-facts.ts'

function stock(id: string, properties: Record<string, string[]> = {}): Facts {
  const facts = emptyFacts()
  facts.unit.id = id
  facts.unit.properties = { ...STOCK, ...properties }
  facts.syscallGroups = GROUPS
  return facts
}

/** Debian's layout: a root master started by a script, logs of root:adm, `create 640 root adm`. */
export function apacheLike(): Facts {
  const logs = ['/var/log/apache2/access.log', '/var/log/apache2/error.log']
  const apache = {
    name: 'apache2',
    executable: '/usr/sbin/apache2',
    openFiles: logs.map((path) => file(path)),
  }
  const facts = stock('apache2.service', { PIDFile: ['/run/apache2/apache2.pid'], PrivateTmp: ['yes'] })
  return {
    ...facts,
    unit: {
      ...facts.unit,
      canReload: true,
      exec: {
        ExecStart: [{ path: '/usr/sbin/apachectl', argv: ['/usr/sbin/apachectl', 'start'], flags: [] }],
      },
      execSource: { ExecStart: ['/usr/sbin/apachectl start'], ExecReload: ['/usr/sbin/apachectl graceful'] },
    },
    processes: [
      process(10, 0, { ...apache, isMain: true }),
      process(11, 33, apache),
      process(12, 33, apache),
    ],
    sockets: [listening('AF_INET6', '::', 80, [10, 11, 12])],
    executables: [
      binary('/usr/sbin/apache2'),
      binary('/usr/sbin/apachectl', { kind: 'script', from: ['exec'], interpreter: '/bin/sh' }),
      binary('/usr/bin/dash', { from: ['interpreter'], alsoNamed: ['/bin/sh'] }),
    ],
    writable: [
      wrote('/run/apache2', 0, 0o755, ['pid-file'], 'directory'),
      wrote('/run/apache2/apache2.pid', 0, 0o644, ['pid-file']),
      ...logs.map((path) => wrote(path, 0, 0o640, ['open', 'logrotate'])),
    ],
    logrotate: [rotated([...logs, '/var/log/apache2/other.log'], 'root')],
    accounts: [account('user', 'www-data', 33), account('group', 'www-data', 33)],
  }
}

/** A pid file straight in /run, and an ExecStartPre with quotes. */
export function nginxLike(): Facts {
  const nginx = {
    name: 'nginx',
    executable: '/usr/sbin/nginx',
    openFiles: [file('/var/log/nginx/error.log')],
  }
  const facts = stock('nginx.service', { PIDFile: ['/run/nginx.pid'] })
  return {
    ...facts,
    unit: {
      ...facts.unit,
      canReload: true,
      execSource: { ExecStartPre: ["/usr/sbin/nginx -t -q -g 'daemon on; master_process on;'"] },
      exec: {
        ExecStart: [{ path: '/usr/sbin/nginx', argv: [], flags: [] }],
        ExecStop: [{ path: '/sbin/start-stop-daemon', argv: [], flags: ['ignore-failure'] }],
      },
    },
    processes: [process(20, 0, { ...nginx, isMain: true }), process(21, 33, nginx)],
    sockets: [listening('AF_INET', '0.0.0.0', 80, [20, 21])],
    executables: [binary('/usr/sbin/nginx'), binary('/usr/sbin/start-stop-daemon', { from: ['exec'] })],
    writable: [
      wrote('/run', 0, 0o755, ['pid-file'], 'directory'),
      wrote('/run/nginx.pid', 0, 0o644, ['pid-file']),
      wrote('/var/log/nginx/error.log', 0, 0o640),
    ],
    logrotate: [rotated(['/var/log/nginx/error.log'], 'www-data', { reloadsUnit: false })],
    accounts: [account('user', 'www-data', 33), account('group', 'www-data', 33)],
  }
}

/** Rocky's layout: /run/httpd from tmpfiles.d with mode 0710, rotation without an owner. */
export function httpdLike(): Facts {
  const httpd = {
    name: 'httpd',
    executable: '/usr/sbin/httpd',
    openFiles: [file('/var/log/httpd/error_log')],
  }
  const entry = rotated(['/var/log/httpd/error_log'], 'root')
  delete entry.create
  const socket = { ...listening('AF_UNIX', '/run/httpd/cgisock.30', 0, [31]) }
  return {
    ...stock('httpd.service', { PrivateTmp: ['yes'] }),
    processes: [process(30, 0, { ...httpd, isMain: true }), process(31, 48, httpd), process(32, 48, httpd)],
    sockets: [listening('AF_INET6', '::', 80, [30, 31, 32]), socket],
    executables: [binary('/usr/sbin/httpd')],
    writable: [
      wrote('/run/httpd', 0, 0o710, ['listening'], 'directory'),
      wrote('/run/httpd/cgisock.30', 48, 0o600, ['listening'], 'socket'),
      wrote('/var/log/httpd/error_log', 0, 0o644),
    ],
    logrotate: [entry],
    accounts: [account('user', 'apache', 48), account('group', 'apache', 48)],
  }
}

/** Ships hardened: an account of its own, no capability, a filter. */
export function redisLike(): Facts {
  const allowed = ['openat', 'read', 'write']
  return {
    ...stock('redis.service', {
      User: ['redis'],
      CapabilityBoundingSet: [''],
      ProtectSystem: ['strict'],
      ReadWritePaths: ['-/var/lib/redis -/var/log/redis'],
      NoNewPrivileges: ['yes'],
      UMask: ['0077'],
      SystemCallFilter: [allowed.join(' ')],
      PrivateUsers: ['yes'],
    }),
    processes: [process(40, 110, { name: 'redis-server', isMain: true, ownNamespaces: ['mnt', 'user'] })],
    sockets: [listening('AF_INET', '127.0.0.1', 6379, [40])],
    executables: [binary('/usr/bin/redis-server')],
    writable: [wrote('/var/log/redis/redis.log', 110, 0o660)],
    accounts: [account('user', 'redis', 110)],
  }
}

/** A lone root process that opens sessions. */
export function cronLike(): Facts {
  const pam = '/usr/lib/x86_64-linux-gnu/libpam.so.0.85.1'
  return {
    ...stock('cron.service', { KillMode: ['process'] }),
    processes: [
      process(50, 0, { name: 'cron', isMain: true, executable: '/usr/sbin/cron', libraries: [pam] }),
    ],
    executables: [binary('/usr/sbin/cron')],
    writable: [wrote('/run/crond.pid', 0, 0o644)],
  }
}

export function javaLike(): Facts {
  const jvm = '/usr/lib/jvm/java-17/lib/server/libjvm.so'
  return {
    ...stock('tomcat.service', { User: ['tomcat'] }),
    processes: [
      process(60, 120, {
        name: 'java',
        isMain: true,
        executable: '/usr/lib/jvm/java-17/bin/java',
        libraries: [jvm],
        executableMemory: ['7f00-7f01 rwxp 00000000 00:00 0'],
      }),
    ],
    sockets: [listening('AF_INET6', '::', 8080, [60])],
    executables: [binary('/usr/lib/jvm/java-17/bin/java')],
    writable: [wrote('/var/log/tomcat/catalina.out', 120, 0o640)],
    accounts: [account('user', 'tomcat', 120)],
  }
}

export function postgresLike(): Facts {
  return {
    ...stock('postgresql.service', { User: ['postgres'] }),
    processes: [
      process(70, 130, { name: 'postgres', isMain: true, openFiles: [file('/dev/shm/PostgreSQL.1234')] }),
    ],
    sockets: [
      listening('AF_INET', '127.0.0.1', 5432, [70]),
      listening('AF_UNIX', '/run/postgresql/.s.PGSQL.5432', 0, [70]),
    ],
    executables: [binary('/usr/lib/postgresql/15/bin/postgres')],
    writable: [
      wrote('/run/postgresql/.s.PGSQL.5432', 130, 0o777, ['listening'], 'socket'),
      wrote('/var/lib/postgresql/15/main/postmaster.pid', 130, 0o600),
    ],
    accounts: [account('user', 'postgres', 130)],
  }
}

export const SERVICES = { apacheLike, nginxLike, httpdLike, redisLike, cronLike, javaLike, postgresLike }
