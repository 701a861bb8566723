import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { walked } from './kit/walked.ts'

/** Greets whoever connects. To a line that names a job it answers what the shell says to that. */
const SERVER = `
use IO::Socket::INET;
my $s = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => 8150, Listen => 5, ReuseAddr => 1);
while (my $c = $s->accept) {
  print $c "hello\\r\\n";
  my $line = <$c>;
  if (defined $line && $line =~ /^(\\w+)/ && -e "/opt/jobs/$1") { print $c scalar qx(sh /opt/jobs/$1 2>&1) }
  close $c;
}
`
/** What a script may do at a rare request, and what it answers when it may. */
const JOBS = {
  'starts a program that it made': [
    'made',
    'f=$HOME/made; printf "#!/bin/sh\\necho ran\\n" >$f; chmod +x $f; $f',
    'ran',
  ],
  'reads how long the machine is up': ['up', 'grep -q . /proc/uptime && echo told', 'told'],
  'looks at the processes of others': ['others', 'test -d /proc/1 && echo there', 'there'],
  'makes a folder for a group': ['group', 'd=$HOME/team; mkdir -p $d; chmod 2775 $d; stat -c %a $d', '2775'],
  'runs a program as on another machine': ['other', 'setarch -R echo ran', 'ran'],
  'puts a program into a sandbox': ['box', 'unshare -Urm sh -c "mount -t tmpfs x /mnt && echo ran"', 'ran'],
  'starts a program that has a capability': ['able', '/usr/local/bin/able && echo ran', 'ran'],
  'reads a key of its account': ['key', 'cat ~/.key', 'secret'],
  'asks a helper of a group to keep something': [
    'spool',
    'f=/var/spool/kept/$$; keep $f && echo kept',
    'kept',
  ],
  'gives somebody a file in /tmp': ['give', 'echo x >/tmp/given; echo done', 'done'],
} as const

const ASK = `
use IO::Socket::INET;
my $c = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => 8150, Timeout => 5) or die "refused\\n";
<$c>; print $c "$ARGV[0]\\n"; print <$c>;
`

describe.skipIf(skipLab())(labTitle('a script of an account, of which only its greeting was seen'), () => {
  let lab: Lab
  const ask = async (job: string) => (await lab.run(['perl', '/opt/ask', job])).stdout.trim()

  beforeAll(async () => {
    const jobs = Object.values(JOBS).map(([name, text]) => [`/opt/jobs/${name}`, text])
    lab = await bootLab({
      suite: 'trixie',
      files: {
        '/opt/server': SERVER,
        '/opt/ask': ASK,
        ...Object.fromEntries(jobs),
        '/etc/systemd/system/script.service': '[Service]\nUser=script\nExecStart=/usr/bin/perl /opt/server\n',
        '/home/script/.key': 'secret\n',
      },
      setup: [
        ['useradd', '--system', 'script', '--home-dir', '/home/script'],
        ['chown', '-R', 'script', '/home/script'],
        ['install', '-m', '2755', '-g', 'mail', '/usr/bin/touch', '/usr/local/bin/keep'],
        ['install', '-d', '-m', '2770', '-g', 'mail', '/var/spool/kept'],
        ['cp', '/bin/true', '/usr/local/bin/able'],
        ['setcap', 'cap_net_raw=ep', '/usr/local/bin/able'],
        ['systemctl', 'daemon-reload'],
      ],
      services: ['script.service'],
      ready: ['perl', '/opt/ask', 'none'],
    })
    for (const [job, , answer] of Object.values(JOBS)) expect(await ask(job)).toBe(answer)
    const { kept, stdout } = await walked(lab, 'script', [])
    // Not by leaving everything to the person.
    for (const key of ['CapabilityBoundingSet=', 'ProtectSystem=strict', 'SystemCallFilter=@system-service'])
      expect(kept, stdout).toContain(key)
    await lab.output(['systemctl', 'restart', 'script.service'])
    await lab.untilSuccess(['perl', '/opt/ask', 'none'])
  }, 150_000)
  afterAll(() => lab?.stop())

  it.each(Object.entries(JOBS))('still %s', async (_, [job, , answer]) => {
    expect(await ask(job)).toBe(answer)
  })

  it('leaves in /tmp what others look for', async () => {
    await lab.output(['rm', '-f', '/tmp/given'])
    await ask('give')
    expect(await lab.read('/tmp/given')).toBe('x\n')
  })
})
