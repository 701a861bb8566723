import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { walked } from './kit/walked.ts'

/**
 * Answers the first question of its protocol, and does what any other word asks: it writes the file that is named, or
 * mails by the program of this machine.
 */
const SERVER = `
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
const { PORT, FIRST, ANSWER } = process.env
createServer((socket) => {
  socket.on('error', () => {}).on('data', (data) => {
    if (data.toString('hex').startsWith(FIRST)) return socket.write(Buffer.from(ANSWER, 'hex'))
    const [verb, path] = data.toString().trim().split(' ')
    try {
      if (verb === 'write') writeFileSync(path, 'x')
      if (verb === 'mail') execFileSync(['', 'usr', 'sbin', 'sendmail'].join('/'), [path])
      socket.end('done')
    } catch (error) {
      socket.end(String(error))
    }
  })
}).listen(Number(PORT), '127.0.0.1')
`
/** Whoever logs in has his letters written under his own account. */
const LETTERS = `
use IO::Socket::INET;
my $s = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => 8143, Listen => 5, ReuseAddr => 1);
while (my $c = $s->accept) {
  print $c "* OK\\r\\n";
  my $line = <$c>;
  if (defined $line && $line =~ /^letter/) {
    my $child = fork;
    if (!$child) { $) = '8 8'; $> = 1000; exit(open(my $f, '>>', '/var/mail/ann') && open(my $g, '>', '/data/team/x') ? 0 : 1) }
    waitpid($child, 0);
    print $c $? == 0 ? "done\\r\\n" : "failed\\r\\n";
  }
  close $c;
}
`
/** SSLRequest of PostgreSQL, FCGI_GET_VALUES of FastCGI, and what a server answers. */
const SPEAKS = {
  tables: { port: 5432, first: '0000000804d2162f', answer: '4e' },
  scores: { port: 5433, first: '0000000804d2162f', answer: '4e' },
  pages: { port: 9000, first: '0109', answer: `010a000000000000${'00'.repeat(8)}` },
}

const unit = ({ port, first, answer }: (typeof SPEAKS)['tables']) => `[Service]
User=www-data
Environment=PORT=${port} FIRST=${first} ANSWER=${answer}
ExecStart=/usr/local/bin/node /opt/server.mjs
`

describe.skipIf(skipLab())(labTitle('what requests name that nobody played'), () => {
  let lab: Lab

  beforeAll(async () => {
    lab = await bootLab({
      files: {
        '/opt/server.mjs': SERVER,
        '/opt/letters': LETTERS,
        '/etc/pam.d/letters': 'auth required pam_permit.so\n',
        '/etc/systemd/system/tables.service': unit(SPEAKS.tables),
        '/etc/systemd/system/pages.service': unit(SPEAKS.pages),
        '/etc/systemd/system/scores.service': unit(SPEAKS.scores).replace('www-data', 'games'),
        '/etc/systemd/system/letters.service': '[Service]\nExecStart=/usr/local/sbin/letters /opt/letters\n',
      },
      setup: [
        ['useradd', '--uid', '1000', 'ann'],
        ['cp', '/usr/bin/perl', '/usr/local/sbin/letters'],
        ['install', '-d', '-m', '2775', '-o', 'root', '-g', 'mail', '/var/mail'],
        ['install', '-d', '-o', 'ann', '/data/team'],
        // A mailer as any other: a helper of the queue's group writes into the queue.
        ['install', '-m', '2755', '-g', 'mail', '/usr/bin/touch', '/usr/sbin/sendmail'],
        ['install', '-d', '-m', '2770', '-g', 'mail', '/var/spool/letters'],
        // What another unit of the account left for its next run.
        ['install', '-m', '600', '-o', 'games', '/etc/hostname', '/dev/shm/of-rest'],
        ['systemctl', 'daemon-reload'],
        ['systemctl', 'start', 'tables', 'pages', 'letters', 'scores'],
      ],
    })
  })
  afterAll(() => lab?.stop())

  /** What the server answers to a line. */
  async function said(port: number, line: string): Promise<string> {
    const script = `require('node:net').connect(${port}, '127.0.0.1', function () { this.end(process.argv[1] + '\\n') }).pipe(process.stdout)`
    return lab.output(['node', '-e', script, line])
  }

  const walk = (name: string, stages: string, level = 'standard') =>
    walked(lab, name, ['--no-rehearsal', '--stages', stages, '--level', level])

  it('leaves /tmp to all where a request may name a file of the server', { timeout: 120_000 }, async () => {
    const { stdout, kept } = await walk('tables', 'filesystem,system')
    expect(kept).toContain('ProtectSystem=strict')
    expect(await said(SPEAKS.tables.port, 'write /tmp/of-tables')).toBe('done')
    expect(await lab.read('/tmp/of-tables')).toBe('x')
    // Another unit runs as the same account: systemd would take its memory away at each stop of this one.
    expect(stdout).toMatch(/RemoveIPC .*outside of the service runs as www-data too/)
    expect(kept).not.toContain('RemoveIPC=')
  })

  it('leaves the memory of its account to a unit that is at rest', { timeout: 120_000 }, async () => {
    const { stdout } = await walk('scores', 'system')
    expect(stdout).toMatch(/RemoveIPC .*\/dev\/shm\/of-rest belongs to games/)
    await lab.output(['systemctl', 'restart', 'scores'])
    await lab.output(['test', '-s', '/dev/shm/of-rest'])
  })

  it('takes nothing from a mailer that a page may call', { timeout: 120_000 }, async () => {
    const { stdout, kept } = await walk('pages', 'filesystem,system')
    expect(stdout).toContain('send mail by /usr/sbin/sendmail')
    expect(kept).toContain('ProtectControlGroups=yes')
    expect(await said(SPEAKS.pages.port, 'mail /var/spool/letters/x')).toBe('done')
    expect(await lab.read('/var/spool/letters/x')).toBe('')
  })

  it('leaves what people may write to a service that acts as whoever logs in', {
    timeout: 120_000,
  }, async () => {
    // It stands for a program that is no interpreter.
    const { kept } = await walk('letters', 'filesystem', 'tight')
    expect(kept).toContain('ProtectSystem=strict')
    expect(await said(8143, 'letter')).toContain('done')
  })
})
