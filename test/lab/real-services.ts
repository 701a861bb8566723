import type { LabWish } from './lab.ts'

/** A packaged service, and an honest use of it: something is written and read back, or done and looked at. */
export interface RealService {
  unit: string
  wish: LabWish
  /** A program in the lab, with its text; it prints nothing that changes, and fails where the service does not serve. */
  use: string
  /** The use is played by hardenctl too. One that takes a minute, or root, is played before and after alone. */
  exercised: boolean
  /** It starts jobs or sessions of other users, so it goes on as root. */
  staysRoot: boolean
}

const REDIS = `#!/bin/sh -e
redis-cli set probe written >/dev/null
test "$(redis-cli get probe)" = written
`

const POSTGRES = `#!/bin/sh -e
psql -h 127.0.0.1 -U probe -d postgres -Atqc 'insert into seen values (1)' -c 'select 1 from seen limit 1' | grep -qx 1
`

/** MQTT 3.1.1: connect, publish one retained message, subscribe, and have it back. */
const MOSQUITTO = `#!/usr/local/bin/node
const { connect } = require('node:net')
const text = (s) => Buffer.concat([Buffer.from([0, s.length]), Buffer.from(s)])
const packet = (type, ...parts) => { const body = Buffer.concat(parts); return Buffer.concat([Buffer.from([type, body.length]), body]) }
const socket = connect(1883, '127.0.0.1', () => {
  socket.write(packet(0x10, text('MQTT'), Buffer.from([4, 2, 0, 10]), text('probe')))
  socket.write(packet(0x31, text('probe'), Buffer.from('written')))
  socket.write(packet(0x82, Buffer.from([0, 1]), text('probe'), Buffer.from([0])))
})
let seen = ''
socket.on('data', (data) => { seen += data.toString('latin1'); if (seen.includes('probewritten')) process.exit(0) })
socket.on('error', () => process.exit(1))
setTimeout(() => process.exit(1), 3000)
`

/** A FastCGI request for a page that keeps a session on disk. */
const PHP = `#!/usr/local/bin/node
const { connect } = require('node:net')
const record = (type, body) => Buffer.concat([Buffer.from([1, type, 0, 1, body.length >> 8, body.length & 255, 0, 0]), body])
const pair = (k, v) => Buffer.concat([Buffer.from([k.length, v.length]), Buffer.from(k + v)])
const ask = () => new Promise((resolve, reject) => {
  const socket = connect('/run/php/php8.2-fpm.sock')
  let seen = ''
  socket.on('data', (data) => { seen += data.toString('latin1') }).on('error', reject).on('close', () => resolve(seen))
  const page = { SCRIPT_FILENAME: '/srv/page.php', REQUEST_METHOD: 'GET', HTTP_COOKIE: 'PHPSESSID=probe' }
  socket.write(record(1, Buffer.from([0, 1, 0, 0, 0, 0, 0, 0])))
  socket.write(record(4, Buffer.concat(Object.entries(page).map(([k, v]) => pair(k, v)))))
  socket.write(record(4, Buffer.alloc(0)))
  socket.write(record(5, Buffer.alloc(0)))
})
ask().then(ask).then((seen) => process.exit(seen.includes('kept') ? 0 : 1), () => process.exit(1))
setTimeout(() => process.exit(1), 3000)
`
const PAGE = `<?php
session_start();
echo isset($_SESSION['was']) ? 'kept' : 'new';
$_SESSION['was'] = preg_match('/^p+$/', 'ppp');
`

const NODE = `#!/bin/sh -e
curl -sf -X PUT -d written http://127.0.0.1:8083/ && curl -sf http://127.0.0.1:8083/ | grep -qx written
`
const NODE_SERVICE = `const { createServer } = require('node:http')
const { writeFileSync, readFileSync } = require('node:fs')
const { execFileSync } = require('node:child_process')
const path = '/var/lib/notes/note'
createServer((request, response) => {
  if (request.method !== 'PUT') return response.end(readFileSync(path))
  request.on('data', (data) => writeFileSync(path, data)).on('end', () => response.end())
}).listen(8083, '127.0.0.1', () => execFileSync('systemd-notify', ['--ready']))
`

const CRON = `#!/bin/sh
rm -f /srv/cron/stamp
for second in $(seq 70); do test -s /srv/cron/stamp && exit 0; sleep 1; done
exit 1
`

const SSH = `#!/bin/sh
ssh -i /root/probe-key -o StrictHostKeyChecking=no -o BatchMode=yes probe@127.0.0.1 'id -un' 2>/dev/null | grep -qx probe
`

export const REAL_SERVICES: readonly RealService[] = [
  {
    unit: 'redis-server',
    wish: { services: ['redis-server'] },
    use: REDIS,
    exercised: true,
    staysRoot: false,
  },
  {
    unit: 'postgresql@15-main',
    wish: {
      services: ['postgresql@15-main'],
    },
    use: POSTGRES,
    exercised: true,
    staysRoot: false,
  },
  {
    unit: 'mosquitto',
    wish: { services: ['mosquitto'] },
    use: MOSQUITTO,
    exercised: true,
    staysRoot: false,
  },
  {
    unit: 'php8.2-fpm',
    wish: { services: ['php8.2-fpm'], files: { '/srv/page.php': PAGE } },
    use: PHP,
    exercised: false,
    staysRoot: false,
  },
  {
    unit: 'notes',
    wish: {
      services: ['notes'],
      files: {
        '/opt/notes.cjs': NODE_SERVICE,
        '/etc/systemd/system/notes.service':
          '[Service]\nType=notify\nNotifyAccess=all\nStateDirectory=notes\nExecStart=/usr/local/bin/node /opt/notes.cjs\n[Install]\nWantedBy=multi-user.target\n',
      },
      setup: [['systemctl', 'daemon-reload']],
    },
    use: NODE,
    exercised: true,
    staysRoot: false,
  },
  {
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
    unit: 'ssh',
    wish: {
      services: ['ssh'],
      setup: [
        [
          'sh',
          '-ec',
          'useradd -m -s /bin/sh probe; ssh-keygen -q -t ed25519 -N "" -f /root/probe-key; install -d -m 700 -o probe /home/probe/.ssh; install -m 600 -o probe /root/probe-key.pub /home/probe/.ssh/authorized_keys',
        ],
      ],
    },
    use: SSH,
    exercised: false,
    staysRoot: true,
  },
]
