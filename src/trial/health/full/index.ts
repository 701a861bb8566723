import { heardFirst, LINE, REPLY, said, saidFor } from '../protocols/protocol.ts'
import { FULL_DATA } from './data.ts'
import type { FullExchange } from './exchange.ts'
import { FULL_MAIL } from './mail.ts'
import { FULL_NAMES } from './names.ts'

/** Milliseconds for an answer that waits for names to be looked up. */
const LOOK_UP_MS = 8000

/** A line of a log: priority 13 is a notice of a user's program. RFC 3164, section 4.1.1. */
const SYSLOG: FullExchange = {
  protocol: 'syslog',
  thing: 'a line',
  done: 'logged',
  // Nobody answers: the wait lets the line go out before the connection ends.
  steps: ({ token }) => [{ send: `<13>hardenctl: ${token}\n`, until: '$^', waitMs: 200 }],
  arrives: 'log',
}

/** The handshake of RFC 6455, section 1.3, with its own example of a key. */
const UPGRADE: FullExchange = {
  protocol: 'HTTP upgrade',
  thing: 'a connection',
  done: 'upgraded to a WebSocket',
  steps: () => [
    saidFor(
      '^HTTP/1\\.1 101 ',
      [
        'GET / HTTP/1.1',
        ...['Host: localhost', 'Connection: Upgrade', 'Upgrade: websocket'],
        ...['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', '', ''],
      ].join('\r\n'),
      '\\r\\n\\r\\n',
    ),
  ],
  password: /^HTTP\/1\.[01] 40[13] /,
}

/** The list of files as the answer to a command (RFC 959, section 4.1.3), so that no second connection is needed. */
const FTP: FullExchange = {
  protocol: 'FTP',
  thing: 'the list of its files',
  done: 'read by an anonymous user',
  steps: () => [
    { ...heardFirst(REPLY), wanted: '^220' },
    saidFor('(?:^|\\n)(?:331|230) ', 'USER anonymous\r\n', REPLY),
    saidFor('(?:^|\\n)(?:2\\d\\d|503) ', 'PASS hardenctl@localhost\r\n', REPLY),
    saidFor('(?:^|\\n)21[123] ', 'STAT /\r\n', REPLY),
    said('QUIT\r\n', LINE),
  ],
  password: /(?:^|\n)(?:530|532) /,
}

/** A nick has at most nine characters: RFC 2812, section 1.2.1. */
const IRC: FullExchange = {
  protocol: 'IRC',
  thing: 'a channel',
  done: 'joined',
  steps({ token }) {
    const nick = `h${token.slice(-8)}`
    // A server looks up its client first.
    const greeted = { until: ' (?:001|4\\d\\d) |(?:^|\\n)ERROR[^\\n]*\\n', waitMs: LOOK_UP_MS }
    return [
      { send: `NICK ${nick}\r\nUSER ${nick} 0 * :${nick}\r\n`, wanted: ' 001 ', ...greeted },
      saidFor(`JOIN :?#${nick}`, `JOIN #${nick}\r\n`, ' (?:366|4\\d\\d) '),
      said('QUIT\r\n', LINE),
    ]
  },
  password: / 46[45] /,
}

const FULL_EXCHANGES: readonly FullExchange[] = [
  ...FULL_MAIL,
  ...FULL_DATA,
  ...FULL_NAMES,
  SYSLOG,
  UPGRADE,
  FTP,
  IRC,
]

/** The full exchange of a protocol; undefined where it has none. */
export function fullExchangeOf(protocol: string): FullExchange | undefined {
  return FULL_EXCHANGES.find((one) => one.protocol === protocol)
}
