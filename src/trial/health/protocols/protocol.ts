import type { TalkAddress, TalkStep } from '../../../host/host.ts'

/** How a protocol is carried: plainly, inside TLS, in datagrams, or over a Unix socket. */
export type Transport = TalkAddress['transport']

/**
 * One protocol as data. Its gentle exchange is what any peer says first: a greeting is heard, capabilities are asked,
 * one thing is looked up. Nothing is written, and nobody's name or password is guessed.
 */
export interface Protocol {
  /** Its common name. */
  name: string
  /** Where it is specified. */
  spec: string
  /** Ports that are registered for it, or widely taken to be. */
  ports: Partial<Record<'tcp' | 'tls' | 'udp', readonly number[]>>
  /** What the server says first, as Latin-1; absent where the client speaks first. */
  greeting?: RegExp
  gentle: readonly TalkStep[]
  /** The compared part of the answers, in words for a person; undefined if this is not an answer of the protocol. */
  read(heard: readonly string[]): string | undefined
  /** What nobody gets from it without a password, as the object of a sentence: "a mailbox". */
  behindPassword?: string
  /**
   * What its requests may name, by its specification, so that a request nobody played comes to anything: programs that
   * answer it, or files of the server.
   */
  requestsName?: 'programs' | 'files'
  /** A port that gave no sign may be asked so in a clone: an answer can't be mistaken for another protocol's. */
  tellsItself?: true
}

/** Milliseconds for one turn: a service that answers at all on the same machine does so in a few. */
export const TURN_MS = 2000

/** Waits for the end of a line. */
export const LINE = '\\n'

/** The last line of a reply with a code: RFC 5321, section 4.2.1; RFC 959, section 4.2. */
export const REPLY = '(?:^|\\n)\\d{3} [^\\n]*\\n'

export function said(send: string, until?: string): TalkStep {
  return { send, ...(until === undefined ? {} : { until }), waitMs: TURN_MS }
}

export function heardFirst(until: string): TalkStep {
  return { until, waitMs: TURN_MS }
}

/** The same, where the conversation ends unless the answer matches. */
export function saidFor(wanted: string, send: string, until: string): TalkStep {
  return { send, until, wanted, waitMs: TURN_MS }
}

/** Bytes out of hexadecimal text, blanks between them as one likes. */
export function bytes(hexadecimal: string): string {
  return Buffer.from(hexadecimal.replaceAll(/\s/g, ''), 'hex').toString('latin1')
}

/** The code of a reply: "220"; undefined where there is none. */
export function replyCode(text: string | undefined): string | undefined {
  return /(?:^|\n)(\d{3})(?: |\r?\n)/.exec(text ?? '')?.[1]
}

const MAX_WORDS = 24
const MAX_LENGTH = 24

/** Words of a server in a form to show and compare: sorted, each once, only letters and signs. */
export function words(all: readonly (string | undefined)[]): string {
  const plain = all.flatMap((word) =>
    word !== undefined && /^[A-Za-z0-9][\w.+:=/-]*$/.test(word)
      ? [word.toUpperCase().slice(0, MAX_LENGTH)]
      : [],
  )
  return [...new Set(plain)].sort().slice(0, MAX_WORDS).join(' ')
}

/** "250 with PIPELINING SIZE", or the code alone. */
export function withWords(code: string, list: string): string {
  return list === '' ? code : `${code} with ${list}`
}
