import { bytes, heardFirst, LINE, type Protocol, said } from './protocol.ts'

export const DATA: readonly Protocol[] = [
  {
    name: 'MySQL',
    spec: 'MySQL client/server protocol',
    ports: { tcp: [3306] },
    // LOAD DATA INFILE, SELECT … INTO OUTFILE.
    requestsName: 'files',
    behindPassword: 'a table',
    // Length, sequence 0, then protocol version 10 and the server's, or an error.
    greeting: /^...\0(?:\x0a\d|\xff)/s,
    gentle: [heardFirst('^...\\0(?:\\x0a\\d[^\\0]*\\0|\\xff..)')],
    read([greeting = '']) {
      if (/^...\0\x0a\d/s.test(greeting)) return 'greets with handshake 10'
      const error = /^...\0\xff(..)/s.exec(greeting)?.[1]
      return error === undefined
        ? undefined
        : `greets with error ${error.charCodeAt(0) + 256 * error.charCodeAt(1)}`
    },
  },
  {
    name: 'PostgreSQL',
    spec: 'PostgreSQL frontend/backend protocol 3.0',
    ports: { tcp: [5432] },
    // COPY … TO 'file'.
    requestsName: 'files',
    behindPassword: 'a table',
    // SSLRequest: the answer is one byte, whichever account would be asked for next.
    gentle: [said(bytes('00000008 04d2162f'), '^.')],
    read([answer = '']) {
      if (answer === 'S') return 'offers TLS'
      return answer === 'N' ? 'answers, without TLS' : undefined
    },
    tellsItself: true,
  },
  {
    name: 'RESP',
    spec: 'Redis serialization protocol',
    ports: { tcp: [6379], tls: [6380] },
    gentle: [said('PING\r\n', LINE)],
    read: ([answer = '']) => {
      const word = /^[+-](PONG|[A-Z]{3,20})\b/.exec(answer)?.[0]
      return word === undefined ? undefined : `PING answers ${word}`
    },
    tellsItself: true,
  },
  {
    name: 'memcache',
    spec: 'memcache text protocol',
    ports: { tcp: [11211] },
    gentle: [said('version\r\n', LINE), said('quit\r\n')],
    read: ([answer = '']) => (answer.startsWith('VERSION ') ? 'version answers VERSION' : undefined),
    tellsItself: true,
  },
]
