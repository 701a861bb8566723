import { bytes, LINE, said, saidFor } from '../protocols/protocol.ts'
import type { FullExchange } from './exchange.ts'

/** An array of bulk strings, the form of every command. */
function command(...words: string[]): string {
  return [`*${words.length}`, ...words.flatMap((word) => [`$${word.length}`, word]), ''].join('\r\n')
}

/** A string of MQTT: two bytes of length, then UTF-8. */
function text(word: string): string {
  return `${String.fromCharCode(word.length >> 8, word.length & 0xff)}${word}`
}

/** A packet of MQTT; shorter than 128 bytes, so that its length is one byte. */
function packet(type: string, body: string): string {
  return `${bytes(type)}${String.fromCharCode(body.length)}${body}`
}

/** Kept by the server (the lowest bit), so that it is stored too. */
function published(topic: string, payload: string): string {
  return packet('31', `${text(topic)}${payload}`)
}

export const FULL_DATA: readonly FullExchange[] = [
  {
    protocol: 'RESP',
    thing: 'a value',
    done: 'stored, read and deleted',
    steps: ({ token }) => [
      saidFor('^\\+OK', command('SET', token, token), LINE),
      saidFor(`^\\$\\d+\\r\\n${token}\\r\\n`, command('GET', token), `^-[^\\n]*\\n|^\\$-1|${token}\\r\\n`),
      saidFor('^:1\\r\\n', command('DEL', token), LINE),
    ],
    password: /^-(?:NOAUTH|NOPERM|WRONGPASS|DENIED)\b/,
  },
  {
    protocol: 'memcache',
    thing: 'a value',
    done: 'stored, read and deleted',
    steps: ({ token }) => [
      saidFor('^STORED\\r\\n', `set ${token} 0 60 ${token.length}\r\n${token}\r\n`, LINE),
      saidFor(`\\n${token}\\r\\n`, `get ${token}\r\n`, '^(?:END|\\w*ERROR[^\\n]*)\\r?\\n|\\nEND\\r\\n'),
      saidFor('^DELETED\\r\\n', `delete ${token}\r\n`, LINE),
      said('quit\r\n'),
    ],
    password: /unauthenticated|auth/i,
  },
  {
    protocol: 'MQTT',
    thing: 'a message',
    done: 'published, kept and received',
    steps: ({ token }) => [
      saidFor('^\\x20\\x02.\\x00', packet('10', `${text('MQTT')}${bytes('04 02 003c')}${text('')}`), '^.{4}'),
      saidFor('^\\x90\\x03..[\\x00-\\x02]', packet('82', `${bytes('0001')}${text(token)}\0`), '^.{5}'),
      saidFor(`${token}${token}`, published(token, token), `${token}${token}`),
      // Without content: the server keeps it no longer.
      saidFor('', published(token, ''), `${token}$`),
      said(bytes('e000')),
    ],
    password: /^\x20\x02.[\x04\x05]/s,
  },
]
