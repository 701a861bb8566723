import { bytes, heardFirst, LINE, type Protocol, said } from './protocol.ts'

/** msgFlags reportable, no user, no engine: whoever is asked tells its engine's id (RFC 3414, section 4). */
const DISCOVERY = bytes(
  '303e 020103 3011 02044843544c 020300ffe3 040104 020103 0410 300e 0400 020100 020100 0400 0400 0400 3014 0400 0400 a00e 02044843544c 020100 020100 3000',
)
/** usmStatsUnknownEngineIDs */
const UNKNOWN_ENGINE = bytes('2b 06 01 06 03 0f 01 01 04')

/** Logging in to a machine, its time, and its management. */
export const HOSTS: readonly Protocol[] = [
  {
    name: 'SSH',
    spec: 'RFC 4253',
    ports: { tcp: [22] },
    behindPassword: 'a session',
    greeting: /(?:^|\n)SSH-\d/,
    // The key exchange is offered by the process that serves the connection, before anybody is named.
    gentle: [heardFirst('(?:^|\\n)SSH-[^\\n]*\\n'), said('SSH-2.0-hardenctl\r\n', '^.{5}\\x14')],
    read([greeting = '', answer = '']) {
      const version = /(?:^|\n)(SSH-\d\.\d+)-/.exec(greeting)?.[1]
      if (version === undefined) return undefined
      const offered = /\n?.{5}\x14.{16}/s.test(`${greeting.split('\n').slice(1).join('\n')}${answer}`)
      return `greets ${version}${offered ? ', offers a key exchange' : ''}`
    },
  },
  {
    name: 'NTP',
    spec: 'RFC 5905',
    ports: { udp: [123] },
    gentle: [said(`${bytes('23')}${'\0'.repeat(39)}hardenct`, '^.{48}')],
    read: ([answer = '']) =>
      answer.length >= 48 && (answer.charCodeAt(0) & 7) === 4
        ? `answers as a server, version ${(answer.charCodeAt(0) >> 3) & 7}`
        : undefined,
  },
  {
    name: 'SNMP',
    spec: 'RFC 3414',
    ports: { udp: [161] },
    behindPassword: 'a value',
    gentle: [said(DISCOVERY, '^\\x30.{40}')],
    read: ([answer = '']) =>
      answer.startsWith('\x30') && answer.includes(UNKNOWN_ENGINE) ? 'reports its engine' : undefined,
  },
  {
    name: 'ONC RPC',
    spec: 'RFC 1833',
    ports: { udp: [111] },
    // The null procedure of the port mapper.
    gentle: [said(bytes(`4843544c 00000000 00000002 000186a0 00000002 ${'00'.repeat(20)}`), '^.{24}')],
    read: ([answer = '']) =>
      answer.startsWith(bytes('4843544c 00000001')) ? `answers state ${answer.charCodeAt(11)}` : undefined,
  },
  {
    name: 'STUN',
    spec: 'RFC 8489',
    ports: { udp: [3478] },
    gentle: [said(`${bytes('0001 0000 2112a442')}hardenctl123`, '^.{20}')],
    read: ([answer = '']) =>
      /^\x01[\x01\x11]..\x21\x12\xa4\x42hardenctl123/s.test(answer)
        ? `binding answers ${answer.charCodeAt(1) === 1 ? 'success' : 'an error'}`
        : undefined,
  },
  {
    name: 'RFB',
    spec: 'RFC 6143',
    ports: { tcp: [5900] },
    behindPassword: 'a screen',
    greeting: /^RFB \d{3}\.\d{3}\n/,
    gentle: [heardFirst(LINE)],
    read: ([greeting = '']) => {
      const version = /^RFB \d{3}\.\d{3}(?=\n)/.exec(greeting)?.[0]
      return version === undefined ? undefined : `greets ${version}`
    },
  },
]
