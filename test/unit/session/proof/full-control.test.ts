import { describe, expect, it } from 'vitest'
import type { SocketFacts } from '../../../../src/observe/facts.ts'
import { commonPlace } from '../../../../src/session/proof/full-control.ts'
import { fullPlaces, recipientsIn } from '../../../../src/session/proof/full-places.ts'
import { halfPlayed, unplayedNotes } from '../../../../src/session/proof/full-words.ts'
import { zoneNames } from '../../../../src/session/proof/full-zones.ts'
import type { Baseline, CheckAnswer } from '../../../../src/trial/health/baseline.ts'
import type { FullCheck } from '../../../../src/trial/health/full/exchange.ts'
import { emptyFacts, listening } from '../../catalog/build-facts.ts'

const TO = { transport: 'tcp', address: '127.0.0.1', port: 25 } as const
const talked = (protocol: string): CheckAnswer => ({
  check: { kind: 'talk', protocol, to: TO, timeoutMs: 1 },
  answer: 'greets 220',
})
const baselineOf = (...answers: CheckAnswer[]): Baseline => ({
  listeners: [],
  answers,
  startMs: 0,
  restless: false,
})
const places = (sockets: SocketFacts[], ...answers: CheckAnswer[]) =>
  fullPlaces({ ...emptyFacts(), sockets }, baselineOf(...answers)).map(
    ({ protocol, to }) => `${protocol} ${to.transport} ${'path' in to ? to.path : to.port}`,
  )

describe('a place for a full exchange', () => {
  const http = (answer: string): CheckAnswer => ({
    check: { kind: 'http', url: 'http://127.0.0.1:8080/', timeoutMs: 1 },
    answer,
  })
  const datagram = (address: string, port: number, family: SocketFacts['family'] = 'AF_INET') => ({
    ...listening(family, address, port, [1]),
    type: 'datagram' as const,
  })
  it.each<[string, string[], string[]]>([
    ['where it answers in a protocol', places([], talked('SMTP')), ['SMTP tcp 25']],
    ['where it asks for an upgrade', places([], http('426')), ['HTTP upgrade tcp 8080']],
    ['not where it serves pages', places([], http('200')), []],
    ['where it takes lines of a log', places([datagram('0.0.0.0', 514)]), ['syslog udp 514']],
    [
      'where the journal passes lines on',
      places([datagram('/run/systemd/journal/syslog', 0, 'AF_UNIX')]),
      ['syslog unix /run/systemd/journal/syslog'],
    ],
    ['not at another socket', places([datagram('/run/x', 0, 'AF_UNIX'), datagram('0.0.0.0', 53)]), []],
  ])('is %s', (_, found, wanted) => {
    expect(found).toEqual(wanted)
  })
})

describe('a mail', () => {
  const PASSWD = [
    'root:x:0:0:root:/root:/bin/bash',
    'mail:x:8:8::/var/mail:/usr/sbin/nologin',
    'nobody:x:65534:65534::/nonexistent:/usr/sbin/nologin',
    'service:x:1000:1000::/srv:/usr/sbin/nologin',
    'alice:x:1001:1001::/home/alice:/bin/bash',
    'bob:x:1002:1002::/home/bob:/bin/bash',
  ].join('\n')
  const addresses = (passwd: string) =>
    recipientsIn(passwd, ['mail.lab', 'mail.lab']).map((one) => one.address)

  it('is for a person before it is for root', () => {
    const ofRoot = ['root@localhost', 'root@mail.lab', 'root', 'postmaster']
    expect(addresses(PASSWD)).toEqual(['alice@localhost', 'alice@mail.lab', 'alice', ...ofRoot])
    expect(addresses(PASSWD.split('\n')[0] ?? '')).toEqual(ofRoot)
  })
})

it.each([
  ['/var/mail/alice', '/var/mail/alice', '/var/mail/alice'],
  ['/home/alice/Maildir/new/1.x', '/home/alice/Maildir/new/2.x', '/home/alice/Maildir/new'],
  ['/var/spool/x/a/1', '/var/spool/x/b/2', '/var/spool/x'],
  ['/var/a', '/srv/a', '/'],
])('copies at %s and %s come to %s', (one, other, place) => {
  expect(commonPlace(one, other)).toBe(place)
})

it('zones are read from any configuration, those of this machine last', () => {
  const texts = [
    'zone "localhost" { type master; };\n// zone "unused" {\nzone "Example.org" { file "/etc/x.zone"; };',
    'zone:\n  name: lab\n  zonefile: /etc/lab.zone\n# name: other\nserver:\n  local-zone: "corp.lan." static',
    'zone "127.in-addr.arpa" {',
  ]
  expect(zoneNames(texts)).toEqual(['example.org', 'lab', 'corp.lan', 'localhost', '127.in-addr.arpa'])
})

describe('words about full exchanges', () => {
  const check: FullCheck = { protocol: 'SMTP', to: TO, thing: 'a mail to alice', done: 'delivered to /x' }
  it('tell of a mail that was taken, and came to no mailbox', () => {
    expect(halfPlayed(check)).toEqual([])
    const [half] = halfPlayed({ ...check, done: 'taken and kept below /var/spool/x', partly: true })
    expect(unplayedNotes(half === undefined ? [] : [half], [], baselineOf())).toEqual([
      'No clone shows whether a mail to alice is delivered (SMTP): it was taken and kept below /var/spool/x; --exercise CMD can.',
    ])
  })

  it('tell once what needs a password, unless an exercise plays the service', () => {
    const unplayed = [
      { check: { ...check, done: 'delivered' }, why: 'the answer was “550 no”', password: false },
    ]
    const behind = ['IMAP', 'POP3', 'IMAP'].map((protocol) => ({ protocol, to: TO }))
    const said = unplayedNotes(unplayed, behind, baselineOf())
    expect(said).toHaveLength(2)
    expect(said[0]).toContain('whether a mail to alice is delivered (SMTP): the answer was “550 no”')
    expect(said[1]).toContain('a mailbox (IMAP, POP3)')
    for (const sentence of said) expect(sentence).toContain('--exercise')
    const exercised = baselineOf({ check: { kind: 'exercise', argv: ['x'], timeoutMs: 1 }, answer: 'exit 0' })
    expect(unplayedNotes(unplayed, behind, exercised)).toEqual([])
  })
})
