/**
 * Honest uses: something is written and read back, or done and looked at. Each prints nothing that changes, and fails
 * where the service does not serve.
 */
export const REDIS = `#!/bin/sh -e
redis-cli set probe written >/dev/null
test "$(redis-cli get probe)" = written
`

export const POSTGRES = `#!/bin/sh -e
psql -h 127.0.0.1 -U probe -d postgres -Atqc 'insert into seen values (1)' -c 'select 1 from seen limit 1' | grep -qx 1
`

/** MQTT 3.1.1: connect, publish one retained message, subscribe, and have it back. */
export const MOSQUITTO = `#!/usr/local/bin/node
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

/** A page that keeps a session on disk, and has the JIT of PCRE at work. */
export const PAGE = `<?php
session_start();
echo isset($_SESSION['was']) ? 'kept' : 'new';
$_SESSION['was'] = preg_match('/^p+$/', 'ppp');
`

/** Through the web server, as everybody does. */
export const PHP = `#!/bin/sh -e
page() { curl -sf -m 5 -b PHPSESSID=probe http://127.0.0.1/page.php; }
page >/dev/null
page | grep -qx kept
`

export function nginxForPhp(socket: string): string {
  return `server {
  listen 80;
  root /srv;
  location ~ \\.php$ {
    include fastcgi_params;
    fastcgi_param SCRIPT_FILENAME /srv$fastcgi_script_name;
    fastcgi_pass unix:${socket};
  }
}
`
}

function putAndGet(port: number): string {
  return `#!/bin/sh -e
curl -sf -m 5 -X PUT -d written http://127.0.0.1:${port}/ && curl -sf -m 5 http://127.0.0.1:${port}/ | grep -qx written
`
}

export const NODE = putAndGet(8083)
export const NODE_SERVICE = `const { createServer } = require('node:http')
const { writeFileSync, readFileSync } = require('node:fs')
const { execFileSync } = require('node:child_process')
const path = '/var/lib/notes/note'
createServer((request, response) => {
  if (request.method !== 'PUT') return response.end(readFileSync(path))
  request.on('data', (data) => writeFileSync(path, data)).on('end', () => response.end())
}).listen(8083, '127.0.0.1', () => execFileSync('systemd-notify', ['--ready']))
`
export const NODE_UNIT = `[Service]
Type=notify
NotifyAccess=all
StateDirectory=notes
ExecStart=/usr/local/bin/node /opt/notes.cjs
[Install]
WantedBy=multi-user.target
`

export const JAVA = putAndGet(8084)
/** Each request counts long enough for the loop to be compiled while it runs. */
export const JAVA_SERVICE = `import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;

public class Ledger {
  static long counted;

  public static void main(String[] args) throws Exception {
    Path path = Path.of("/var/lib/ledger/entry");
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 8084), 0);
    server.createContext("/", exchange -> {
      for (long i = 0; i < 1000000; i++) counted += i % 7;
      byte[] answer = new byte[0];
      if (exchange.getRequestMethod().equals("PUT")) Files.write(path, exchange.getRequestBody().readAllBytes());
      else if (Files.exists(path)) answer = Files.readAllBytes(path);
      exchange.sendResponseHeaders(200, answer.length == 0 ? -1 : answer.length);
      exchange.getResponseBody().write(answer);
      exchange.close();
    });
    server.start();
  }
}
`
/** SIGTERM ends a Java machine with 143. */
export const JAVA_UNIT = `[Service]
User=ledger
StateDirectory=ledger
SuccessExitStatus=143
ExecStart=/usr/bin/java -cp /opt/ledger Ledger
[Install]
WantedBy=multi-user.target
`

/** A job of every minute leaves its stamp. */
export const CRON = `#!/bin/sh
rm -f /srv/cron/stamp
for second in $(seq 70); do test -s /srv/cron/stamp && exit 0; sleep 1; done
exit 1
`

/** ssh minds who else may read a key only where it is the caller's own, so root and nobody can use this one. */
export const SSH = `#!/bin/sh
ssh -i /opt/probe-key -o UserKnownHostsFile=/dev/null -o StrictHostKeyChecking=no -o BatchMode=yes probe@127.0.0.1 'id -un' 2>/dev/null | grep -qx probe
`
export const SSH_ACCOUNT = `useradd -m -s /bin/sh probe
ssh-keygen -q -t ed25519 -N "" -f /opt/probe-key
install -d -m 700 -o probe /home/probe/.ssh
install -m 600 -o probe /opt/probe-key.pub /home/probe/.ssh/authorized_keys
chown probe /opt/probe-key
chmod 644 /opt/probe-key
`
