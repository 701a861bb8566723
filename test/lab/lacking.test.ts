import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { walked } from './kit/walked.ts'

/** Reads what only who may trace PID 1 can read, and ends without a word when it may not: ptrace(2). */
const SILENT = `[Service]
Type=exec
ExecStart=/bin/sh -c 'readlink /proc/1/root >/dev/null 2>&1 || exit 1; exec sleep infinity'
`

/** Where it is not root, its start waits for ever, without a word. */
const HANGING = `[Service]
Type=notify
NotifyAccess=all
ExecStart=/bin/sh -c '[ "$$(id -u)" = 0 ] || read line </srv/never; systemd-notify --ready; exec sleep infinity'
`

/** Gives up root by itself if it has it; its helper writes a file of root at each start, and nobody hears when it can't. */
const REGISTERED = `[Service]
ExecStart=/usr/local/bin/node -e "process.getuid() || (process.setgid('www-data'), process.setuid('www-data')); setInterval(() => 0, 1e6)"
ExecStartPost=-/bin/sh -c 'echo up 2>/dev/null >/var/lib/registry/registered'
`

/** By what was seen alone: nothing answers, which is not what is tried here. */
const OPTIONS = ['--level', 'tight', '--stages']

describe.skipIf(skipLab())(labTitle('what a service lacks without a word'), () => {
  let lab: Lab

  beforeAll(async () => {
    lab = await bootLab({
      files: {
        '/etc/systemd/system/silent.service': SILENT,
        '/etc/systemd/system/hanging.service': HANGING,
        '/etc/systemd/system/registered.service': REGISTERED,
      },
      setup: [
        ['mkfifo', '-m', '666', '/srv/never'],
        ['mkdir', '/var/lib/registry'],
        ['systemctl', 'daemon-reload'],
        ['systemctl', 'start', 'silent', 'hanging', 'registered'],
      ],
    })
  })
  afterAll(() => lab?.stop())

  it('is given back alone, and the bounding set is kept', { timeout: 180_000 }, async () => {
    const { stdout, kept } = await walked(lab, 'silent', [...OPTIONS, 'capabilities'], 170_000)
    const lines = kept.split('\n')
    expect(
      lines.filter((line) => line.startsWith('CapabilityBoundingSet=')),
      stdout,
    ).toEqual(['CapabilityBoundingSet=', 'CapabilityBoundingSet=CAP_SYS_PTRACE'])
  })

  it('is told by what its start waits in', { timeout: 120_000 }, async () => {
    const { stdout, kept } = await walked(lab, 'hanging', [...OPTIONS, 'user'])
    expect(stdout).toMatch(/breaks in a clone: User=.*the start hangs: for \d+ s its processes did nothing/)
    expect(stdout).toMatch(/breaks in a clone: User=.*in the trace: .*sh in openat\(2\) \/srv\/never/)
    expect(kept).not.toContain('User=')
  })

  it('is left to its helpers, which go on as root', { timeout: 120_000 }, async () => {
    const { stdout, kept } = await walked(lab, 'registered', [...OPTIONS, 'user'])
    expect(kept, stdout).toContain('User=')
    expect(kept).toContain("ExecStartPost=-+/bin/sh -c 'echo up 2>/dev/null >/var/lib/registry/registered'")
    await lab.output(['rm', '/var/lib/registry/registered'])
    await lab.output(['systemctl', 'restart', 'registered'])
    expect(await lab.read('/var/lib/registry/registered')).toBe('up\n')
  })
})
