import { bootLab } from './lab.ts'

const lab = await bootLab({
  suite: 'trixie',
  files: {
    '/usr/local/lib/needs/interpreter': '#!/bin/sh\nexec /srv/tool\n',
    '/etc/systemd/system/needs-interpreter.service':
      '[Service]\nExecStartPre=/usr/local/lib/needs/interpreter\nExecStart=/usr/bin/sleep infinity\n',
  },
  setup: [
    [
      'sh',
      '-ec',
      `chmod 755 /usr/local/lib/needs/*; cp /bin/dash /srv/interpreter; printf '#!/srv/interpreter\\nexit 0\\n' >/srv/tool; chmod 755 /srv/tool; systemctl daemon-reload; systemctl start needs-interpreter`,
    ],
  ],
})
try {
  const w = await lab.run(['hardenctl', 'needs-interpreter', '--yes'], { timeoutMs: 250000 })
  console.log(w.stdout, w.stderr)
} finally {
  await lab.stop()
}
