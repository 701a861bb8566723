import { bytes, LINE, saidFor } from '../protocols/protocol.ts'
import type { FullExchange } from './exchange.ts'

/** One element of BER with a short or a two-byte length. */
function element(tag: string, content: string): string {
  const { length } = content
  const size = length < 128 ? [length] : [0x82, length >> 8, length & 0xff]
  return `${bytes(tag)}${String.fromCharCode(...size)}${content}`
}

/** A search of one entry alone, as anybody: RFC 4511, section 4.5.1. */
function search(entry: string, attribute: string): string {
  const request = [
    element('04', entry),
    bytes('0a 01 00 0a 01 00 02 01 00 02 01 00 01 01 00'),
    element('87', 'objectClass'),
    element('30', element('04', attribute)),
  ].join('')
  return element('30', `${bytes('02 01 01')}${element('63', request)}`)
}

/** SearchResultDone with its result code. */
const DONE = '\\x02\\x01\\x01\\x65(?:.|\\x84.{4})\\x0a\\x01'
const ENTRY = '\\x02\\x01\\x01\\x64'
const CONTEXTS = 'namingContexts'

/** The first value of the attribute that names what the server holds; '' for none. */
function firstContext([answer = '']: readonly string[]): string {
  const values = answer.slice(answer.indexOf(CONTEXTS) + CONTEXTS.length)
  const [, length = ''] = /^\x31(?:.|\x84.{4})\x04(.)/s.exec(values) ?? []
  const begin = values.indexOf('\x04') + 2
  return values.slice(begin, begin + (length.charCodeAt(0) || 0))
}

/** The start of authority of a zone is asked, with no recursion wished: RFC 1035, section 4.1. */
function startOfAuthority(zone: string): string {
  const labels = zone.split('.').map((label) => `${String.fromCharCode(label.length)}${label}`)
  return `HC${bytes('0000 0001 0000 0000 0000')}${labels.join('')}${bytes('00 0006 0001')}`
}

/** An answer with authority, without an error, and not empty. */
const WITH_AUTHORITY = `^HC[\\x84-\\x87][${Array.from({ length: 16 }, (_, high) => `\\x${high.toString(16)}0`).join('')}]..(?!\\x00\\x00)`

export const FULL_NAMES: readonly FullExchange[] = [
  {
    protocol: 'DNS',
    thing: 'a zone of its configuration',
    done: 'answered for with authority',
    steps: ({ address }) =>
      address.split(' ').map((zone) => saidFor(WITH_AUTHORITY, startOfAuthority(zone), '^HC.{10}')),
  },
  {
    protocol: 'LDAP',
    thing: 'its topmost entry',
    done: 'found',
    first: { steps: [saidFor('', search('', CONTEXTS), `${DONE}.`)], word: firstContext },
    steps: ({ told }) => [saidFor(`${ENTRY}.*${DONE}\\x00`, search(told, '1.1'), `${DONE}.`)],
    password: new RegExp(`${DONE}[\\x08\\x30-\\x32]`, 's'),
  },
  {
    protocol: 'NNTP',
    thing: 'the list of groups',
    done: 'read',
    steps: () => [
      { until: LINE, wanted: '^20[01] ', waitMs: 2000 },
      saidFor('^215 ', 'LIST\r\n', '^[45][^\\n]*\\n|\\n\\.\\r?\\n'),
      saidFor('', 'QUIT\r\n', LINE),
    ],
    password: /^48[03] /,
  },
]
