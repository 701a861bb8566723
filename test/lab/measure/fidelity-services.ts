import type { LabWish } from '../kit/lab.ts'
import { httpd } from '../kit/services/httpd.ts'

/** A service whose verdicts are compared, and how its health is asked for. */
export interface FidelityService {
  unit: string
  checks: string[]
  /** Other services that it talks to. */
  companions?: string[]
}

export const SERVICES: readonly FidelityService[] = [
  { unit: 'apache2.service', checks: ['http://127.0.0.1/'] },
  { unit: 'nginx.service', checks: ['http://127.0.0.1:8080/'] },
  { unit: 'redis-server.service', checks: ['tcp:127.0.0.1:6379'] },
  { unit: 'httpd.service', checks: ['http://127.0.0.1:8081/'] },
  { unit: 'page.service', checks: ['http://127.0.0.1:8082/'] },
  { unit: 'proxy.service', checks: ['http://127.0.0.1:8083/'], companions: ['nginx.service'] },
  { unit: 'relay.service', checks: ['http://127.0.0.1:8084/'] },
  { unit: 'cache.service', checks: ['tcp:127.0.0.1:6380', 'unix:/run/cache/redis.sock'] },
  { unit: 'keeper.service', checks: ['tcp:127.0.0.1:8085'] },
]

/** A page that says what it is, from a program that compiles at run time and so needs memory to write and execute. */
const PAGE = `const { createServer } = require('node:http')
createServer((request, response) => response.end('page')).listen(8082, '127.0.0.1')
`

const RELAY = `pid /run/relay/nginx.pid;
error_log stderr;
events {}
http {
  access_log off;
  client_body_temp_path /var/lib/relay/body;
  proxy_temp_path /var/lib/relay/proxy;
  fastcgi_temp_path /var/lib/relay/fastcgi;
  uwsgi_temp_path /var/lib/relay/uwsgi;
  scgi_temp_path /var/lib/relay/scgi;
  server { listen 127.0.0.1:8084; location / { return 200 relay; } }
}
`

/** Root that hands files over and drops its user by itself: what capability sets and paths break. */
const KEEPER = `#!/bin/sh
set -e
mkdir -p /var/lib/keeper /run/keeper
date >/var/lib/keeper/started
chown www-data:www-data /var/lib/keeper
cat /var/log/keeper.log >/dev/null
echo started >>/var/log/keeper.log
exec setpriv --reuid=www-data --regid=www-data --clear-groups -- /opt/keep.js
`

const KEEP = `#!/usr/local/bin/node
const { writeFileSync } = require('node:fs')
writeFileSync('/var/lib/keeper/mark', String(process.pid))
// A probe that hangs up first is no reason to die.
require('node:net').createServer((socket) => socket.on('error', () => {}).end('kept')).listen(8085, '127.0.0.1')
`

function service(lines: readonly string[]): string {
  return ['[Service]', ...lines, ''].join('\n')
}

/** One lab with all of them. */
export const FIDELITY_LAB: LabWish = {
  files: {
    ...httpd.files,
    '/etc/httpd/conf/httpd.conf': (httpd.files?.['/etc/httpd/conf/httpd.conf'] ?? '').replace(
      'Listen 80',
      'Listen 8081',
    ),
    '/etc/nginx/sites-enabled/default': 'server { listen 8080; listen [::]:8080; root /var/www/html; }\n',
    '/opt/page.cjs': PAGE,
    '/etc/systemd/system/page.service': service(['ExecStart=/usr/local/bin/node /opt/page.cjs']),
    '/etc/systemd/system/proxy.socket': '[Socket]\nListenStream=127.0.0.1:8083\n',
    '/etc/systemd/system/proxy.service': service([
      'ExecStart=/lib/systemd/systemd-socket-proxyd 127.0.0.1:8080',
    ]),
    '/opt/relay.conf': RELAY,
    '/etc/systemd/system/relay.service': service([
      'User=www-data',
      'RuntimeDirectory=relay',
      'StateDirectory=relay',
      "ExecStart=/usr/sbin/nginx -c /opt/relay.conf -g 'daemon off;'",
    ]),
    '/etc/systemd/system/cache.service': service([
      'Type=notify',
      'User=redis',
      'RuntimeDirectory=cache',
      'StateDirectory=cache',
      'ExecStart=/usr/bin/redis-server --supervised systemd --port 6380 --unixsocket /run/cache/redis.sock --dir /var/lib/cache --appendonly yes',
    ]),
    '/var/log/keeper.log': '',
    '/opt/keeper.sh': KEEPER,
    '/opt/keep.js': KEEP,
    '/etc/systemd/system/keeper.service': service(['ExecStart=/bin/sh /opt/keeper.sh']),
  },
  setup: [
    ...(httpd.setup ?? []),
    ['chmod', '755', '/opt/keep.js'],
    ['systemctl', 'daemon-reload'],
    ['systemctl', 'start', 'apache2', 'nginx', 'redis-server', 'httpd', 'proxy.socket'],
    ['systemctl', 'start', 'page', 'relay', 'cache', 'keeper', 'proxy'],
  ],
  ready: [
    'bash',
    '-c',
    'for port in 80 8080 8081 8082 8083 8084 8085; do : <>/dev/tcp/127.0.0.1/$port || exit 1; done',
  ],
}
