import type { LabWish } from '../lab.ts'

/** Listens and tells PID 1 so: without AF_UNIX the message can't be sent and the start never ends. */
const NOTIFYING = `
import { createServer } from 'node:net'
import { execFile } from 'node:child_process'
createServer((socket) => socket.end()).listen(8081, '127.0.0.1', () => execFile('systemd-notify', ['--ready']))
`

/**
 * A listener that shares its port, forked off by a main process that does not mind. With KillMode=process it
 * lives on after a stop, and answers for the next one, which here never starts a listener of its own.
 */
const LINGERING = `
import { existsSync, writeFileSync } from 'node:fs'
import { spawn } from 'node:child_process'
const listener = "require('node:net').createServer((s) => s.end()).listen(8082, '127.0.0.1')"
if (!existsSync('/run/lingering')) {
  writeFileSync('/run/lingering', '')
  spawn(process.execPath, ['-e', listener], { stdio: 'ignore' }).unref()
}
setInterval(() => {}, 1000)
`

function unit(type: string, script: string, more: string): string {
  return `[Unit]
Description=${script}

[Service]
Type=${type}
ExecStart=/usr/local/bin/node /opt/${script}.mjs
TimeoutStartSec=60
${more}
[Install]
WantedBy=multi-user.target
`
}

/** Daemons that break in ways which a web server does not. */
export const daemons: LabWish = {
  files: {
    '/opt/notifying.mjs': NOTIFYING,
    '/opt/lingering.mjs': LINGERING,
    '/etc/systemd/system/notifying.service': unit('notify', 'notifying', 'NotifyAccess=all\n'),
    '/etc/systemd/system/lingering.service': unit('simple', 'lingering', 'KillMode=process\n'),
  },
  services: ['notifying.service', 'lingering.service'],
}
