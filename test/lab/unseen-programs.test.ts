import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { walked } from './kit/walked.ts'

/** Answers each request with what a program says, in no file that hardenctl could take for a script. */
const answering = (port: number, program: string) =>
  `/usr/local/bin/node -e "require('node:net').createServer((s) => { s.write('hello '); s.once('data', () => s.end(String(require('node:child_process').spawnSync('${program}').stdout))); s.on('error', () => {}) }).listen(${port}, '127.0.0.1')"`

/** Tells how long the machine is up, for which it reads a file of /proc. */
const UP = '#!/bin/sh\ngrep -c . /proc/uptime 2>&1\n'

const UNITS = {
  // No setting names the program, which lies beside the configuration.
  beside: `[Service]\nExecStart=${answering(8201, '/etc/beside/events/asked')}\nExecStartPre=/usr/bin/cat /etc/beside/beside.conf\n`,
  // An interpreter that no "#!" line names, with its text on the command line.
  inside: `[Service]
ExecStart=/usr/sbin/insided -MIO::Socket::INET -e 'my $$s = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => 8202, Listen => 5, ReuseAddr => 1); while (my $$c = $$s->accept) { print $$c "hello "; print $$c scalar qx(/srv/up) if defined <$$c>; close $$c }'
`,
  // Its script does nothing after a stop that went well.
  after: `[Service]
User=after
StateDirectory=after
ExecStart=${answering(8203, '/bin/true')}
ExecStopPost=/opt/after/ended
Restart=on-failure
RestartSec=1
`,
}
const ENDED = `#!/bin/sh
[ "$SERVICE_RESULT" != success ] || exit 0
grep -c . /proc/uptime >/var/lib/after/report 2>&1
`

describe.skipIf(skipLab())(labTitle('a program that no walk saw run'), () => {
  let lab: Lab
  const ask = async (port: number) => {
    const exchange = `exec 3<>/dev/tcp/127.0.0.1/${port}; echo go >&3; cat <&3`
    return (await lab.run(['timeout', '10', 'bash', '-c', exchange])).stdout.trim()
  }
  const walkOf = (name: string) => walked(lab, name, ['--stages', 'filesystem'], 100_000)

  beforeAll(async () => {
    const units = Object.entries(UNITS).map(([name, text]) => [`/etc/systemd/system/${name}.service`, text])
    lab = await bootLab({
      files: {
        ...Object.fromEntries(units),
        '/etc/beside/beside.conf': 'greeting = hello\n',
        '/etc/beside/events/asked': UP,
        '/srv/up': UP,
        '/opt/after/ended': ENDED,
      },
      setup: [
        ['useradd', '--system', 'after'],
        ['chmod', '755', '/etc/beside/events/asked', '/srv/up', '/opt/after/ended'],
        ['cp', '/usr/bin/perl', '/usr/sbin/insided'],
        ['systemctl', 'daemon-reload'],
        ['systemctl', 'start', ...Object.keys(UNITS)],
      ],
      ready: [
        'bash',
        '-c',
        'for port in 8201 8202 8203; do exec 3<>/dev/tcp/127.0.0.1/$port || exit 1; done',
      ],
    })
  }, 60_000)
  afterAll(() => lab?.stop())

  it.each([
    ['beside', 8201, /\/etc\/beside\/events has \/etc\/beside\/events\/asked/],
    ['inside', 8202, /\/usr\/sbin\/insided runs scripts inside of the service/],
  ] as const)('keeps what it needs (%s)', { timeout: 110_000 }, async (name, port, why) => {
    expect(await ask(port)).toBe('hello 1')
    const { stdout, kept } = await walkOf(name)
    expect(stdout).toMatch(why)
    expect(kept, stdout).toContain('ProtectKernelModules=yes')
    expect(await ask(port)).toBe('hello 1')
  })

  it('keeps what a script of the unit needs after a crash alone', { timeout: 110_000 }, async () => {
    const { stdout, kept } = await walkOf('after')
    expect(stdout).toContain('ExecStopPost= runs /opt/after/ended, a script of no package')
    expect(kept, stdout).toContain('ProtectSystem=strict')
    await lab.output(['systemctl', 'kill', '--signal=KILL', 'after.service'])
    await lab.untilSuccess(['test', '-s', '/var/lib/after/report'])
    expect(await lab.read('/var/lib/after/report')).toBe('1\n')
  })
})
