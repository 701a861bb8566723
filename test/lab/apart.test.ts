import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { answerOf } from './kit/subjects.ts'
import { walked } from './kit/walked.ts'

/** Its settings lie beside its pages, and no argument says where: they name a home, from which no check reads. */
const SETTINGS = `pid logs/pid;
error_log logs/error.log;
events {}
http {
  access_log off;
  client_body_temp_path tmp; proxy_temp_path tmp; fastcgi_temp_path tmp; uwsgi_temp_path tmp; scgi_temp_path tmp;
  server {
    listen 127.0.0.1:8110;
    location / { return 200 "ok"; }
    location /files/ { alias /home/alice/files/; }
  }
}
`
const SITE = `[Service]
User=www-data
ExecStart=/usr/sbin/nginx -p /opt/site -c conf/nginx.conf -g "daemon off;"
`
/** Writes a file when it is told to, which other accounts read. */
const STORE = `[Service]
User=www-data
ExecStart=/usr/bin/redis-server --port 6390 --bind 127.0.0.1 --dir /srv/store --save ""
`

/** Reads whatever file a caller names. Nobody here speaks its protocol. */
const READER = `
import { chmodSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
createServer((socket) => socket.on('error', () => {}).on('data', (path) => {
  try {
    socket.end(readFileSync(String(path).trim()))
  } catch (error) {
    socket.end(error.code)
  }
})).listen('/run/reader/socket', () => chmodSync('/run/reader/socket', 0o777))
`
const READ = `[Service]
User=www-data
RuntimeDirectory=reader
ExecStart=/usr/local/bin/node /opt/reader.mjs
`
const ASK = `require('node:net').connect('/run/reader/socket').end(process.argv[1]).pipe(process.stdout)`

describe.skipIf(skipLab())(labTitle('what lies in folders of the administrator’s'), () => {
  let lab: Lab

  beforeAll(async () => {
    const folder = (path: string) => ['install', '-d', '-m', '755', '-o', 'www-data', path]
    lab = await bootLab({
      files: {
        '/opt/site/conf/nginx.conf': SETTINGS,
        '/home/alice/files/page': 'page',
        '/etc/systemd/system/site.service': SITE,
        '/etc/systemd/system/store.service': STORE,
        '/opt/reader.mjs': READER,
        '/etc/systemd/system/reader.service': READ,
      },
      setup: [
        ['chmod', '-R', 'a+rX', '/home/alice', '/opt/site'],
        ...['/opt/site/logs', '/opt/site/tmp', '/srv/store'].map(folder),
        ['systemctl', 'daemon-reload'],
        ['systemctl', 'start', 'site', 'store', 'reader'],
      ],
      ready: ['curl', '-sf', 'http://127.0.0.1:8110/'],
    })
  })
  afterAll(() => lab?.stop())

  it('is read where the settings that name it lie outside of /etc', { timeout: 170_000 }, async () => {
    const { kept } = await walked(lab, 'site', ['--stages', 'filesystem'], 160_000)
    expect(kept).toContain('ProtectSystem=strict')
    expect(await answerOf(lab, 'http://127.0.0.1:8110/files/page')).toBe('200')
  })

  it('stays readable for others where everybody may enter its folder', { timeout: 170_000 }, async () => {
    const { kept } = await walked(lab, 'store', ['--stages', 'filesystem'], 160_000)
    expect(kept).toContain('ProtectSystem=strict')
    await lab.output(['redis-cli', '-p', '6390', 'save'])
    await lab.output(['setpriv', '--reuid', 'nobody', '--clear-groups', 'cat', '/srv/store/dump.rdb'])
  })

  it('is found by who is told its name over a socket', { timeout: 170_000 }, async () => {
    const { kept } = await walked(lab, 'reader', ['--stages', 'filesystem'], 160_000)
    expect(kept).toContain('ProtectHome=read-only')
    await lab.write('/tmp/given', 'given')
    const asked = async (path: string) => lab.output(['node', '-e', ASK, path])
    expect(await asked('/home/alice/files/page')).toBe('page')
    expect(await asked('/tmp/given')).toBe('given')
  })
})
