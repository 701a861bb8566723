import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StoredState } from '../../src/session/store/store.ts'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { answerOf, fireDeadMan, keptDropIn, leftovers, show, within } from './kit/subjects.ts'

/** Answers anybody; asked for /rare it also does what it never does otherwise. */
const PROGRAM = `
use strict; use warnings; use IO::Socket::INET; use Socket;
my $server = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => 8080, Listen => 50, ReuseAddr => 1) or die $!;
my ($talk, $log);
while (my $client = $server->accept) {
  my $line = <$client> // '';
  while (my $header = <$client>) { last if $header =~ /^\\r?$/ }
  if ($line =~ m{^GET /rare}) {
    setpriority(0, 0, getpriority(0, 0));
    $talk ||= IO::Socket::INET->new(Proto => 'udp', LocalAddr => '127.0.0.1');
    open($log, '>>', '/var/lib/rare/log') unless $log;
  }
  print $client "HTTP/1.0 200 OK\\r\\nContent-Length: 3\\r\\n\\r\\nok\\n";
  close $client;
}
`
const UNIT = `[Service]
ExecStart=/usr/bin/perl /opt/rare.pl
StateDirectory=rare
[Install]
WantedBy=multi-user.target
`
/** One restart. */
const UNDO_MS = 15_000

let lab: Lab

const get = (path: string) => answerOf(lab, `http://127.0.0.1:8080${path}`)

/** Starts the walk in the background; resolves once it learns. */
async function learning(): Promise<void> {
  const run =
    'hardenctl rare --yes --no-rehearsal --stages capabilities,syscalls --watch-seconds 1 --learn-live "$1" >/tmp/walk 2>&1 & echo $! >/tmp/pid'
  await lab.output(['sh', '-c', `rm -f /tmp/walk; ${run}`, 'sh', '14'])
  const begun = await within(60_000, async () => (await said()).includes('\nLearning from live traffic\n'))
  expect(begun, await said()).toBe(true)
}

async function said(): Promise<string> {
  return (await lab.read('/tmp/walk')) ?? ''
}

async function stored(): Promise<StoredState> {
  return JSON.parse((await lab.read('/var/lib/hardenctl/rare/state.json')) ?? '{}')
}

/** Nothing logs, traces or waits any more. */
async function expectAsBefore(): Promise<void> {
  expect(await leftovers(lab)).toEqual([])
  expect(await show(lab, 'rare', 'SystemCallLog')).toMatch(/^~?$/)
  expect(await get('/')).toBe('200')
  const main = await show(lab, 'rare', 'MainPID')
  expect(await lab.read(`/proc/${main}/status`)).toContain('TracerPid:\t0')
}

describe.skipIf(skipLab())(labTitle('learning from live traffic'), () => {
  beforeAll(async () => {
    lab = await bootLab({
      files: { '/opt/rare.pl': PROGRAM, '/etc/systemd/system/rare.service': UNIT },
      services: ['rare'],
    })
    await lab.untilSuccess(['curl', '-s', 'http://127.0.0.1:8080/'])
  })
  afterAll(() => lab?.stop())

  it('is ended by PID 1 when hardenctl is killed in the midst of it', async () => {
    await learning()
    expect(await show(lab, 'rare', 'SystemCallLog')).toContain('openat')
    const before = await show(lab, 'rare', 'InvocationID')
    await lab.output(['sh', '-c', 'kill -9 $(cat /tmp/pid)'])
    expect(await get('/rare')).toBe('200')
    expect(await fireDeadMan(lab)).toBe(true)
    const settled = await within(UNDO_MS, async () => (await leftovers(lab)).length === 0)
    expect(settled).toBe(true)
    await expectAsBefore()
    expect(await show(lab, 'rare', 'InvocationID')).not.toBe(before)
    expect((await stored()).kept.map(({ stage }) => stage)).not.toContain('syscalls')
  })

  it('tells the filter of a call that only real traffic makes, and leaves nothing', async () => {
    await learning()
    expect(await get('/rare')).toBe('200')
    expect(await within(40_000, async () => /To undo:/.test(await said())), await said()).toBe(true)
    const text = await said()
    expect(text).toMatch(/new call setpriority, called by perl/)
    expect(text).toMatch(/new socket AF_INET SOCK_DGRAM/)
    expect(text).toMatch(/new file written \/var\/lib\/rare\/log/)
    const { learned } = await stored()
    expect(learned?.calls.find(({ name }) => name === 'setpriority')?.sightings).toMatchObject([
      { program: '/usr/bin/perl', phase: 'live traffic' },
    ])
    await expectAsBefore()
    expect(await keptDropIn(lab, 'rare.service')).toMatch(/^SystemCallFilter=(?:\S+ )*setpriority$/m)
    expect(await get('/rare')).toBe('200')
    expect(await get('/')).toBe('200')
  })

  it('goes beside a filter in force, and is undone by Ctrl-C', async () => {
    await learning()
    const [filter, log] = [
      await show(lab, 'rare', 'SystemCallFilter'),
      await show(lab, 'rare', 'SystemCallLog'),
    ]
    // What the filter lets through is not logged, and what it denies is killed.
    expect(filter.split(' ').filter((name) => !log.split(/[ ~]/).includes(name))).toEqual([])
    expect(await get('/rare')).toBe('200')
    await lab.output(['sh', '-c', 'kill -INT $(cat /tmp/pid)'])
    expect(await within(20_000, async () => /Stopped and undone/.test(await said())), await said()).toBe(true)
    await expectAsBefore()
    expect(await show(lab, 'rare', 'SystemCallFilter')).toBe(filter)
  })
})
