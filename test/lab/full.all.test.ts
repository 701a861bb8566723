import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { walked } from './kit/walked.ts'

/** Keeps values in files of a folder that no package and no setting of its unit names. */
const STORE = `
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
const file = (key) => '/opt/values/' + key
const ANSWERS = {
  PING: () => '+PONG',
  SET: (key, value) => { writeFileSync(file(key), value); return '+OK' },
  GET: (key) => { const value = readFileSync(file(key)); return '$' + value.length + '\\r\\n' + value },
  DEL: (key) => { rmSync(file(key)); return ':1' },
}
createServer((socket) => {
  let text = ''
  socket.on('error', () => {})
  socket.on('data', (data) => {
    text += data
    const lines = text.trim().split('\\r\\n')
    // A request may come in pieces.
    if (text[0] === '*' && lines.length < 2 * Number(lines[0].slice(1)) + 1) return
    text = ''
    const [name, ...rest] = lines.length === 1 ? lines : lines.slice(1).filter((_, at) => at % 2 === 1)
    try {
      socket.write(ANSWERS[name](...rest) + '\\r\\n')
    } catch (error) {
      socket.write('-ERR ' + error.code + '\\r\\n')
    }
  })
}).listen(6379, '127.0.0.1')
`

const DAEMON = '/opt/daemon'
const UNIT = `[Service]
WorkingDirectory=/usr/share/store
ExecStart=${DAEMON} store.mjs
`
const SET = String.raw`exec 3<>/dev/tcp/127.0.0.1/6379; printf '*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$1\r\nx\r\n' >&3; read -rt 5 answer <&3; echo "$answer"`

describe.skipIf(skipLab())(labTitle('what clones store and read'), () => {
  let lab: Lab

  beforeAll(async () => {
    lab = await bootLab({
      files: {
        '/usr/share/store/store.mjs': STORE,
        '/opt/values/first': 'x',
        '/etc/systemd/system/store.service': UNIT,
      },
      setup: [
        ['cp', '/usr/local/bin/node', DAEMON],
        ['systemctl', 'daemon-reload'],
        ['systemctl', 'start', 'store'],
      ],
      ready: ['bash', '-c', SET],
    })
  })
  afterAll(() => lab?.stop())

  it('a value is still stored', async () => {
    const { stdout, kept } = await walked(lab, 'store', ['--stages', 'filesystem', '--level', 'tight'])
    expect((await lab.output(['bash', '-c', SET])).trim()).toBe('+OK')
    expect(kept).toMatch(/^ReadWritePaths=.*\/opt\/values/m)
    expect(stdout).toContain('; in clones a value was stored, read and deleted')
  }, 120_000)
})
