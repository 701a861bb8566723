import { packagedServices } from './packaged.ts'
import type { Described, RealService } from './real-service.ts'
import {
  CRON,
  JAVA,
  JAVA_SERVICE,
  JAVA_UNIT,
  MOSQUITTO,
  NODE,
  NODE_SERVICE,
  NODE_UNIT,
  nginxForPhp,
  PAGE,
  PHP,
  POSTGRES,
  REDIS,
  SSH,
  SSH_ACCOUNT,
} from './uses.ts'

/** Versions that stand in the names of units. */
const VERSIONS: Readonly<Record<string, { postgres: string; php: string }>> = {
  bookworm: { postgres: '15', php: '8.2' },
  trixie: { postgres: '17', php: '8.4' },
}

export const SUITES: readonly string[] = Object.keys(VERSIONS)

function described(suite: string): Described[] {
  const { postgres = '', php = '' } = VERSIONS[suite] ?? {}
  const fpm = `php${php}-fpm`
  return [
    { name: 'redis', unit: 'redis-server', wish: { services: ['redis-server'] }, use: REDIS },
    {
      name: 'postgresql',
      unit: `postgresql@${postgres}-main`,
      wish: { services: [`postgresql@${postgres}-main`] },
      use: POSTGRES,
    },
    { name: 'mosquitto', unit: 'mosquitto', wish: { services: ['mosquitto'] }, use: MOSQUITTO },
    {
      name: 'php-fpm',
      unit: fpm,
      wish: {
        services: [fpm, 'nginx'],
        files: {
          '/srv/page.php': PAGE,
          '/etc/nginx/sites-enabled/default': nginxForPhp(`/run/php/${fpm}.sock`),
        },
      },
      use: PHP,
    },
    {
      name: 'node',
      unit: 'notes',
      wish: {
        services: ['notes'],
        files: { '/opt/notes.cjs': NODE_SERVICE, '/etc/systemd/system/notes.service': NODE_UNIT },
        setup: [['systemctl', 'daemon-reload']],
      },
      use: NODE,
    },
    {
      name: 'java',
      unit: 'ledger',
      wish: {
        // A root of its own: the one that all other labs share does not grow by it.
        packages: ['default-jdk-headless'],
        services: ['ledger'],
        files: { '/opt/ledger/Ledger.java': JAVA_SERVICE, '/etc/systemd/system/ledger.service': JAVA_UNIT },
        setup: [
          ['useradd', '--system', '--no-create-home', '--shell', '/usr/sbin/nologin', 'ledger'],
          ['javac', '-d', '/opt/ledger', '/opt/ledger/Ledger.java'],
          ['systemctl', 'daemon-reload'],
        ],
      },
      use: JAVA,
    },
    {
      name: 'cron',
      unit: 'cron',
      wish: {
        services: ['cron'],
        files: { '/etc/cron.d/probe': '* * * * * games date >/srv/cron/stamp\n' },
        setup: [['install', '-d', '-m', '1777', '/srv/cron']],
      },
      use: CRON,
      exercised: false,
      staysRoot: true,
    },
    {
      name: 'ssh',
      unit: 'ssh',
      wish: { services: ['ssh'], setup: [['sh', '-ec', SSH_ACCOUNT]] },
      use: SSH,
      staysRoot: true,
    },
  ]
}

/** packaged: those of the wide choice instead of those that have a drop-in by hand. */
export function realServices(suite: string, packaged = false): RealService[] {
  return (packaged ? packagedServices() : described(suite)).map((service) => ({
    exercised: true,
    staysRoot: false,
    suite,
    ...service,
  }))
}
