import { saidFor } from '../protocols/protocol.ts'
import { FULL_DATA } from './data.ts'
import type { FullExchange } from './exchange.ts'
import { FULL_MAIL } from './mail.ts'
import { FULL_NAMES } from './names.ts'

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

const FULL_EXCHANGES: readonly FullExchange[] = [...FULL_MAIL, ...FULL_DATA, ...FULL_NAMES, SYSLOG, UPGRADE]

/** The full exchange of a protocol; undefined where it has none. */
export function fullExchangeOf(protocol: string): FullExchange | undefined {
  return FULL_EXCHANGES.find((one) => one.protocol === protocol)
}
