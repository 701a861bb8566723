import { bytes, type Protocol, said } from './protocol.ts'

export const WEB: readonly Protocol[] = [
  {
    name: 'HTTP',
    spec: 'RFC 9112',
    ports: { tcp: [80, 591, 631, 3128, 8000, 8008, 8080, 8081, 8888], tls: [443, 8443] },
    gentle: [
      said(
        'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
        '^HTTP/\\d\\.\\d \\d{3}|^(?!HTTP|HTT$|HT$|H$)[^\\n]*\\n',
      ),
    ],
    read: ([answer = '']) => /^HTTP\/\d\.\d (\d{3})/.exec(answer)?.[1],
    tellsItself: true,
  },
  {
    name: 'FastCGI',
    spec: 'FastCGI 1.0',
    ports: { tcp: [9000] },
    // A responder runs the application that SCRIPT_FILENAME names: RFC 3875, section 4.1, of which FastCGI is a carrier.
    requestsName: 'programs',
    // FCGI_GET_VALUES of FCGI_MPXS_CONNS: section 4.1.
    gentle: [said(`${bytes('01 09 0000 0011 07 00 0f 00')}FCGI_MPXS_CONNS${'\0'.repeat(7)}`, '^.{8}')],
    read: ([answer = '']) => (/^\x01[\x0a\x0b]\0\0/.test(answer) ? 'answers GET_VALUES' : undefined),
    tellsItself: true,
  },
]
