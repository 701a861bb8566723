import { heardFirst, LINE, type Protocol, REPLY, replyCode, said, withWords, words } from './protocol.ts'

/** The keyword of each line after the first: RFC 5321, section 4.1.1.1. */
function keywords(reply: string | undefined): string {
  return words(
    (reply ?? '')
      .split('\n')
      .slice(1)
      .map((text) => /^\d{3}[ -](\S+)/.exec(text)?.[1]),
  )
}

/** The first word of each line after the first, of a list that ends with a dot. */
function firstWords(reply: string): string {
  return words(
    reply
      .split('\n')
      .slice(1)
      .map((text) => text.trim().split(' ')[0]),
  )
}

/** A protocol of the mail transfer family, which differ in the word of the hello. */
function transfer(
  about: Pick<Protocol, 'name' | 'spec' | 'ports'> & { greeting: RegExp },
  hello: string,
): Protocol {
  return {
    ...about,
    gentle: [heardFirst(REPLY), said(`${hello} localhost\r\n`, REPLY), said('QUIT\r\n', LINE)],
    read([greeting, capabilities]) {
      const [first, second] = [replyCode(greeting), replyCode(capabilities)]
      if (first === undefined) return undefined
      if (second === undefined) return `greets ${first}`
      return `greets ${first}, ${hello} answers ${withWords(second, keywords(capabilities))}`
    },
  }
}

export const MAIL: readonly Protocol[] = [
  transfer(
    { name: 'LMTP', spec: 'RFC 2033', ports: { tcp: [24] }, greeting: /^220[ -][^\n]*\bLMTP\b/i },
    'LHLO',
  ),
  transfer(
    {
      name: 'SMTP',
      spec: 'RFC 5321',
      ports: { tcp: [25, 587], tls: [465] },
      greeting: /^(?:220|4\d\d|5\d\d)[ -][^\n]*\bE?SMTP\b/i,
    },
    'EHLO',
  ),
  {
    name: 'IMAP',
    spec: 'RFC 9051',
    ports: { tcp: [143], tls: [993] },
    behindPassword: 'a mailbox',
    greeting: /^\* (?:OK|PREAUTH|BYE)\b/i,
    gentle: [
      heardFirst(LINE),
      said('h1 CAPABILITY\r\n', '(?:^|\\n)h1 [^\\n]*\\n'),
      said('h2 LOGOUT\r\n', '(?:^|\\n)h2 [^\\n]*\\n'),
    ],
    read([greeting = '', answer = '']) {
      const first = /^\* (OK|PREAUTH|BYE)\b/i.exec(greeting)?.[1]
      if (first === undefined) return undefined
      const state = /(?:^|\n)h1 (\w+)/.exec(answer)?.[1] ?? 'nothing'
      const list = /^\* CAPABILITY ([^\r\n]*)/im.exec(answer)?.[1]?.split(' ') ?? []
      return `greets ${first}, CAPABILITY answers ${withWords(state, words(list))}`
    },
  },
  {
    name: 'POP3',
    spec: 'RFC 1939',
    ports: { tcp: [110], tls: [995] },
    behindPassword: 'a mailbox',
    greeting: /^\+OK\b/,
    // A refusal is one line; a list ends with a dot.
    gentle: [heardFirst(LINE), said('CAPA\r\n', '^-[^\\n]*\\n|\\n\\.\\r?\\n'), said('QUIT\r\n', LINE)],
    read([greeting = '', answer = '']) {
      if (!/^(?:\+OK|-ERR)/.test(greeting)) return undefined
      const state = /^(\+OK|-ERR)/.exec(answer)?.[1] ?? 'nothing'
      return `greets ${greeting.startsWith('+') ? '+OK' : '-ERR'}, CAPA answers ${withWords(state, firstWords(answer))}`
    },
  },
  {
    name: 'NNTP',
    spec: 'RFC 3977',
    ports: { tcp: [119], tls: [563] },
    greeting: /^20[01] [^\n]*\b(?:NNTP|news|INN)\b/i,
    gentle: [
      heardFirst(LINE),
      said('CAPABILITIES\r\n', '^[45][^\\n]*\\n|\\n\\.\\r?\\n'),
      said('QUIT\r\n', LINE),
    ],
    read([greeting, answer = '']) {
      const first = replyCode(greeting)
      if (first === undefined) return undefined
      return `greets ${first}, CAPABILITIES answers ${withWords(replyCode(answer) ?? 'nothing', firstWords(answer))}`
    },
  },
]
