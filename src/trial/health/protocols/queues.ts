import { bytes, LINE, type Protocol, said } from './protocol.ts'

export const QUEUES: readonly Protocol[] = [
  {
    name: 'MQTT',
    spec: 'MQTT 3.1.1',
    ports: { tcp: [1883], tls: [8883] },
    // A clean session of a client without a name: section 3.1.3.1. Nothing of it stays.
    gentle: [said(`${bytes('10 0c 0004')}MQTT${bytes('04 02 003c 0000')}`, '^.{4}'), said(bytes('e000'))],
    read([answer = '']) {
      const code = /^\x20\x02.(.)/s.exec(answer)?.[1]
      return code === undefined ? undefined : `CONNECT answers ${code.charCodeAt(0)}`
    },
    tellsItself: true,
  },
  {
    name: 'AMQP',
    spec: 'AMQP 0-9-1',
    ports: { tcp: [5672], tls: [5671] },
    behindPassword: 'a queue',
    gentle: [said(`AMQP${bytes('00 00 09 01')}`, '^(?:AMQP.{4}|\\x01.{10})')],
    read([answer = '']) {
      if (/^\x01\0\0.{4}\0\x0a\0\x0a/s.test(answer)) return 'answers connection.start'
      return /^AMQP.{4}/s.test(answer) ? 'offers another version' : undefined
    },
    tellsItself: true,
  },
  {
    name: 'IRC',
    spec: 'RFC 2812',
    ports: { tcp: [6667], tls: [6697] },
    // Asked before anybody is named: https://ircv3.net/specs/extensions/capability-negotiation
    gentle: [said('CAP LS\r\n', '(?:^|\\n):?[^ \\n]* ?(?:CAP|4\\d\\d) [^\\n]*\\n'), said('QUIT\r\n', LINE)],
    read([answer = '']) {
      if (/(?:^|\n)(?::\S+ )?CAP \S+ LS\b/.test(answer)) return 'CAP answers LS'
      const code = /(?:^|\n):\S+ (4\d\d) /.exec(answer)?.[1]
      return code === undefined ? undefined : `CAP answers ${code}`
    },
  },
]
