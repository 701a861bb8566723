import {
  bytes,
  heardFirst,
  LINE,
  type Protocol,
  REPLY,
  replyCode,
  said,
  withWords,
  words,
} from './protocol.ts'

export const FILES: readonly Protocol[] = [
  {
    name: 'FTP',
    spec: 'RFC 959',
    ports: { tcp: [21], tls: [990] },
    greeting: /^220[ -][^\n]*FTP/i,
    gentle: [heardFirst(REPLY), said('FEAT\r\n', REPLY), said('QUIT\r\n', LINE)],
    read([greeting, answer = '']) {
      const first = replyCode(greeting)
      if (first === undefined) return undefined
      // RFC 2389, section 3.2: each feature on a line that begins with a blank.
      const list = answer.split('\n').map((text) => /^ (\S+)/.exec(text)?.[1])
      return `greets ${first}, FEAT answers ${withWords(replyCode(answer) ?? 'nothing', words(list))}`
    },
  },
  {
    name: 'TFTP',
    spec: 'RFC 1350',
    ports: { udp: [69] },
    // A file that nobody has: the error is the answer, and no transfer begins.
    gentle: [said(`${bytes('0001')}hardenctl-asks-for-no-file\0octet\0`, '^.{4}')],
    read([answer = '']) {
      if (/^\0\x05\0./s.test(answer)) return `answers error ${answer.charCodeAt(3)} for a missing file`
      return /^\0[\x03\x06]/.test(answer) ? 'begins to send a file that should not exist' : undefined
    },
  },
]
