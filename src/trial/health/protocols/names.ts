import { bytes, type Protocol, said } from './protocol.ts'

const RETURN_CODES = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED']

/** The address of localhost is asked, with recursion wished: RFC 1035, section 4.1. */
const QUERY = `${bytes('4843 0100 0001 0000 0000 0000 09')}localhost${bytes('00 0001 0001')}`

/** What a DNS message answers; its id is the query's. */
function readMessage(message: string): string | undefined {
  if (message.length < 12 || !message.startsWith('HC') || (message.charCodeAt(2) & 0x80) === 0)
    return undefined
  const code = message.charCodeAt(3) & 0x0f
  const count = message.charCodeAt(6) * 256 + message.charCodeAt(7)
  return `answers ${RETURN_CODES[code] ?? `code ${code}`}${count > 0 ? ' with an address' : ''} for localhost`
}

export const NAMES: readonly Protocol[] = [
  {
    name: 'DNS',
    spec: 'RFC 1035',
    ports: { udp: [53] },
    gentle: [said(QUERY, '^HC.{10}')],
    read: ([answer = '']) => readMessage(answer),
  },
  {
    name: 'DNS over TCP',
    spec: 'RFC 7766',
    ports: { tcp: [53] },
    // Two bytes of length in front: RFC 1035, section 4.2.2.
    gentle: [said(`${bytes('001b')}${QUERY}`, '^..HC.{10}')],
    read: ([answer = '']) => readMessage(answer.slice(2)),
  },
  {
    name: 'LDAP',
    spec: 'RFC 4511',
    ports: { tcp: [389], tls: [636] },
    // The root entry without attributes, as anybody; then unbind.
    gentle: [
      said(
        `${bytes('30 2a 02 01 01 63 25 04 00 0a 01 00 0a 01 00 02 01 00 02 01 00 01 01 00 87 0b')}objectClass${bytes('30 05 04 03')}1.1`,
        '\\x02\\x01\\x01\\x65(?:.|\\x84.{4})\\x0a\\x01.',
      ),
      said(bytes('30 05 02 01 02 42 00')),
    ],
    read([answer = '']) {
      const done = /\x02\x01\x01\x65(?:.|\x84.{4})\x0a\x01(.)/s.exec(answer)?.[1]
      if (done === undefined) return undefined
      const found = /^\x30.{1,5}\x02\x01\x01\x64/s.test(answer)
      return `a search of the root entry ends with ${done.charCodeAt(0)}${found ? ', and finds it' : ''}`
    },
    tellsItself: true,
  },
]
