import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { walked } from './kit/walked.ts'

const UNITS = {
  // An interpreter that no "#!" line names, with its text on the command line: to a line it answers what a program says.
  inside: `[Service]
ExecStart=/usr/sbin/insided -MIO::Socket::INET -e 'my $$s = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => 8202, Listen => 5, ReuseAddr => 1); while (my $$c = $$s->accept) { print $$c "hello "; print $$c scalar qx(up) if defined <$$c>; close $$c }'
`,
  // Its script does nothing after a stop that went well.
  after: `[Service]
User=after
StateDirectory=after
ExecStart=/usr/bin/redis-server --port 8203 --dir /var/lib/after
ExecStopPost=/opt/after/ended
Restart=on-failure
RestartSec=1
`,
}
/** Tells how long the machine is up, for which it reads a file of /proc. */
const UP = '#!/bin/sh\ngrep -c . /proc/uptime 2>&1\n'
const ENDED = `#!/bin/sh
[ "$SERVICE_RESULT" != success ] || exit 0
up >/var/lib/after/report
`

describe.skipIf(skipLab())(labTitle('a program that no walk saw run'), () => {
  let lab: Lab
  const talk = async (port: number, line: string) => {
    const exchange = `exec 3<>/dev/tcp/127.0.0.1/${port}; printf '${line}\\r\\n' >&3; timeout 1 cat <&3`
    return (await lab.run(['bash', '-c', exchange])).stdout.trim()
  }
  const walkOf = (name: string) => walked(lab, name, ['--stages', 'filesystem'], 100_000)

  beforeAll(async () => {
    const units = Object.entries(UNITS).map(([name, text]) => [`/etc/systemd/system/${name}.service`, text])
    lab = await bootLab({
      packages: ['redis-server'],
      files: { ...Object.fromEntries(units), '/usr/local/bin/up': UP, '/opt/after/ended': ENDED },
      setup: [
        ['useradd', '--system', 'after'],
        ['chmod', '755', '/usr/local/bin/up', '/opt/after/ended'],
        ['cp', '/usr/bin/perl', '/usr/sbin/insided'],
        ['systemctl', 'daemon-reload'],
        ['systemctl', 'start', ...Object.keys(UNITS)],
      ],
      ready: ['bash', '-c', 'for port in 8202 8203; do exec 3<>/dev/tcp/127.0.0.1/$port || exit 1; done'],
    })
  }, 60_000)
  afterAll(() => lab?.stop())

  it('runs from where the service may write, which NoExecPaths= says of itself', async () => {
    const settings = ['ProtectSystem=strict', 'NoExecPaths=/', 'ExecPaths=-/usr', 'ReadWritePaths=/srv/open']
    const run = 'for d in open shut; do install -Dm755 /usr/local/bin/up /srv/$d/up; done'
    await lab.output(['bash', '-c', run])
    const started = (path: string) =>
      lab.run(['systemd-run', '--quiet', '--wait', '--pipe', ...settings.flatMap((one) => ['-p', one]), path])
    expect((await started('/srv/shut/up')).exitCode).not.toBe(0)
    expect((await started('/srv/open/up')).stdout.trim()).toBe('1')
  })

  it('still starts what a script inside of it names', { timeout: 110_000 }, async () => {
    expect(await talk(8202, 'go')).toBe('hello 1')
    const { stdout, kept } = await walkOf('inside')
    expect(stdout).toContain('/usr/sbin/insided runs scripts inside of the service')
    expect(kept + stdout).not.toContain('\nProcSubset=pid')
    expect(await talk(8202, 'go')).toBe('hello 1')
  })

  it('still starts what a script of its unit does after a crash alone', { timeout: 110_000 }, async () => {
    const { stdout, kept } = await walkOf('after')
    expect(stdout).toContain('ExecStopPost= runs /opt/after/ended, a script of no package')
    // Not by leaving everything to the person.
    expect(kept, stdout).toContain('ProtectSystem=strict')
    expect(await talk(8203, 'PING')).toBe('+PONG')
    await lab.output(['systemctl', 'kill', '--signal=KILL', 'after.service'])
    await lab.untilSuccess(['test', '-s', '/var/lib/after/report'])
    expect(await lab.read('/var/lib/after/report')).toBe('1\n')
  })
})
