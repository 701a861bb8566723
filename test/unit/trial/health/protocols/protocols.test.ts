import { describe, expect, it } from 'vitest'
import {
  PROTOCOLS,
  protocolNamed,
  protocolOfGreeting,
  protocolOfPort,
} from '../../../../../src/trial/health/protocols/index.ts'
import { bytes } from '../../../../../src/trial/health/protocols/protocol.ts'

const read = (name: string, ...heard: string[]) => protocolNamed(name)?.read(heard)

const NTP_ANSWER = `${bytes('24 02 06 e8')}${'\x01'.repeat(44)}`
const KEXINIT = `${bytes('000003fc 0a 14')}${'k'.repeat(60)}`
const REPORT = bytes(
  '3068 020103 3011 02044843544c 020300ffe3 040100 020103 041d 301b 040b80001f8880aa01020304 050607 02010002010004000400 0400 3031 040b80001f8880aa0102030405060704 00a81f 02044843544c 020100 020100 3011 300f 060a2b060106030f01010400 410101',
)
const FOUND = bytes('3009 020101 6404 0400 3000 300c 020101 6507 0a0100 0400 0400')
const ANSWER = bytes('4843 8580 0001 0001 0000 0000')

describe('what is compared of a protocol’s answer', () => {
  it.each<[name: string, heard: string[], words: string]>([
    [
      'SMTP',
      ['220 mx.example ESMTP x\r\n', '250-mx\r\n250-SIZE 10240000\r\n250-PIPELINING\r\n250 8BITMIME\r\n'],
      'greets 220, EHLO answers 250 with 8BITMIME PIPELINING SIZE',
    ],
    ['SMTP', ['421 4.3.2 ESMTP too busy\r\n'], 'greets 421'],
    [
      'LMTP',
      ['220 mx LMTP\r\n', '250-mx\r\n250 PIPELINING\r\n'],
      'greets 220, LHLO answers 250 with PIPELINING',
    ],
    [
      'IMAP',
      ['* OK [CAPABILITY IMAP4rev1] ready\r\n', '* CAPABILITY IMAP4rev1 IDLE STARTTLS\r\nh1 OK done\r\n'],
      'greets OK, CAPABILITY answers OK with IDLE IMAP4REV1 STARTTLS',
    ],
    [
      'POP3',
      ['+OK <1896.697@x> hi\r\n', '+OK\r\nUSER\r\nSASL PLAIN\r\n.\r\n'],
      'greets +OK, CAPA answers +OK with SASL USER',
    ],
    ['POP3', ['+OK hi\r\n', '-ERR what\r\n'], 'greets +OK, CAPA answers -ERR'],
    [
      'NNTP',
      ['200 news NNTP\r\n', '101 list\r\nVERSION 2\r\nREADER\r\n.\r\n'],
      'greets 200, CAPABILITIES answers 101 with READER VERSION',
    ],
    [
      'FTP',
      ['220 FTP\r\n', '211-Features:\r\n EPSV\r\n MDTM\r\n211 End\r\n'],
      'greets 220, FEAT answers 211 with EPSV MDTM',
    ],
    ['FTP', ['220 x\r\n', '530 Please login\r\n'], 'greets 220, FEAT answers 530'],
    ['TFTP', ['\0\x05\0\x01File not found\0'], 'answers error 1 for a missing file'],
    ['HTTP', ['HTTP/1.1 403 Forbidden\r\n'], '403'],
    ['FastCGI', [bytes('01 0a 0000 0012 06 00')], 'answers GET_VALUES'],
    ['DNS', [`${ANSWER}`], 'answers NOERROR with an address for localhost'],
    ['DNS', [bytes('4843 8105 0001 0000 0000 0000')], 'answers REFUSED for localhost'],
    ['DNS over TCP', [`\0\x40${ANSWER}`], 'answers NOERROR with an address for localhost'],
    ['LDAP', [FOUND], 'a search of the root entry ends with 0, and finds it'],
    [
      'LDAP',
      [bytes('300c 020101 65 84 00000007 0a0132 0400 0400')],
      'a search of the root entry ends with 50',
    ],
    ['MySQL', [`${bytes('4a0000 00 0a')}8.0.36\0`], 'greets with handshake 10'],
    ['MySQL', [`${bytes('470000 00 ff 6904')}Host is blocked`], 'greets with error 1129'],
    ['PostgreSQL', ['S'], 'offers TLS'],
    ['PostgreSQL', ['N'], 'answers, without TLS'],
    ['RESP', ['+PONG\r\n'], 'PING answers +PONG'],
    ['RESP', ['-NOAUTH Authentication required.\r\n'], 'PING answers -NOAUTH'],
    ['memcache', ['VERSION 1.6.18\r\n'], 'version answers VERSION'],
    ['MQTT', [bytes('20 02 00 05')], 'CONNECT answers 5'],
    ['AMQP', [bytes('01 0000 000001f4 000a 000a 00')], 'answers connection.start'],
    ['AMQP', [`AMQP${bytes('00010000')}`], 'offers another version'],
    ['IRC', [':irc.example CAP * LS :multi-prefix\r\n'], 'CAP answers LS'],
    ['IRC', [':irc.example 451 * :You have not registered\r\n'], 'CAP answers 451'],
    ['SSH', ['SSH-2.0-x_9.2\r\n', KEXINIT], 'greets SSH-2.0, offers a key exchange'],
    ['SSH', [`SSH-2.0-x\r\n${KEXINIT}`, ''], 'greets SSH-2.0, offers a key exchange'],
    ['SSH', ['SSH-2.0-x_9.2\r\n'], 'greets SSH-2.0'],
    ['NTP', [NTP_ANSWER], 'answers as a server, version 4'],
    ['SNMP', [REPORT], 'reports its engine'],
    ['ONC RPC', [bytes('4843544c 00000001 00000000 00000000 00000000 00000000')], 'answers state 0'],
    ['STUN', [`${bytes('0101 000c 2112a442')}hardenctl123`], 'binding answers success'],
    ['RFB', ['RFB 003.008\n'], 'greets RFB 003.008'],
    ['greeting', ['@HELLO: 31.0 sha512\n'], 'greets @HELLO:'],
  ])('of %s: %j', (name, heard, words) => {
    expect(read(name, ...heard)).toBe(words)
  })

  it.each([
    ['SMTP', '250-mx\r\n250-SIZE 1\r\n250-DSN\r\n', '250-mx\r\n250-DSN\r\n250-SIZE 9\r\n'],
    ['POP3', '+OK 1\r\nUSER\r\nTOP\r\n.\r\n', '+OK 2\r\nTOP\r\nUSER\r\n.\r\n'],
  ])('of %s does not change with the order or the numbers of a list', (name, one, other) => {
    const first = name === 'SMTP' ? '220 x ESMTP\r\n' : '+OK\r\n'
    const end = name === 'SMTP' ? '250 OK\r\n' : ''
    expect(read(name, first, one + end)).toBe(read(name, first, other + end))
  })

  it('is nothing where the answer is silence, or another protocol’s', () => {
    for (const protocol of PROTOCOLS) {
      expect(protocol.read([]), protocol.name).toBeUndefined()
      expect(protocol.read(['', '']), protocol.name).toBeUndefined()
      expect(protocol.read(['what?\r\n', 'what?\r\n']), protocol.name).toBeUndefined()
    }
    for (const one of PROTOCOLS.filter(({ tellsItself }) => tellsItself)) {
      expect(one.read(['-ERR unknown command\r\n'.replace('-ERR', 'ERROR')]), one.name).toBeUndefined()
      expect(one.read(['220 x ESMTP\r\n']), one.name).toBeUndefined()
    }
  })

  it('never holds what a terminal would obey', () => {
    const evil = '\u001b]0;x\u0007'
    for (const protocol of [...PROTOCOLS, protocolNamed('greeting')]) {
      for (const first of ['220 ', '+OK ', '* OK ', 'SSH-2.0-', 'HTTP/1.1 200 ', '+PONG', evil]) {
        const words = protocol?.read([`${first}${evil}\r\n`, `250-${evil}\r\n250 ${evil}\r\n`]) ?? ''
        expect(words).toMatch(/^[ -~]*$/)
      }
    }
  })
})

describe('a protocol', () => {
  it('is told by its greeting, the port only where a code alone could be several', () => {
    const told = (greeting: string, port?: number) => protocolOfGreeting(greeting, port).name
    expect(told('220 mx ESMTP\r\n')).toBe('SMTP')
    expect(told('220 mx LMTP\r\n')).toBe('LMTP')
    expect(told('220 (xFTPd 3.0.3)\r\n', 2121)).toBe('FTP')
    expect(told('220 welcome\r\n', 21)).toBe('FTP')
    expect(told('220 welcome\r\n', 25)).toBe('SMTP')
    expect(told('220 welcome\r\n', 4000)).toBe('greeting')
    expect(told('* OK ready\r\n')).toBe('IMAP')
    expect(told('+OK ready\r\n')).toBe('POP3')
    expect(told('SSH-2.0-x\r\n', 443)).toBe('SSH')
    expect(told(`${bytes('4a0000 00 0a')}11.8.2\0`)).toBe('MySQL')
    expect(told('@HELLO: 31.0\n', 25)).toBe('greeting')
  })

  it('has a name of its own, and a port that no other has', () => {
    expect(new Set(PROTOCOLS.map(({ name }) => name)).size).toBe(PROTOCOLS.length)
    for (const transport of ['tcp', 'tls', 'udp'] as const) {
      const ports = PROTOCOLS.flatMap((protocol) => protocol.ports[transport] ?? [])
      expect(new Set(ports).size).toBe(ports.length)
    }
    expect(protocolOfPort('tls', 993)?.name).toBe('IMAP')
    expect(protocolOfPort('udp', 53)?.name).toBe('DNS')
    expect(protocolOfPort('tcp', 4242)).toBeUndefined()
  })

  it('is heard before anything is said to it, where the server speaks first', () => {
    for (const { name, greeting, gentle } of PROTOCOLS) {
      expect(gentle[0]?.send === undefined, name).toBe(greeting !== undefined)
    }
  })

  it('names no account and writes nothing in its gentle exchange', () => {
    const said = PROTOCOLS.flatMap(({ gentle }) => gentle.map(({ send = '' }) => send)).join('\n')
    expect(said).not.toMatch(/\b(?:USER|PASS|AUTH|LOGIN|MAIL|RCPT|DATA|SET|PUBLISH|STOR|public)\b/)
  })
})
