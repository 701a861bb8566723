import type { Ownership, TalkAddress, TalkStep } from '../../../host/host.ts'
import { talkLabel } from '../check.ts'

/** What one full exchange is about, each time anew. */
export interface About {
  /** A word that stands nowhere else. */
  token: string
  /** The address that a mail is for, or zones with blanks between them; '' for all others. */
  address: string
  /** What the conversation before told; '' where there was none. */
  told: string
}

/**
 * One use of a service from its beginning to its end, as data: something is taken and delivered, stored and read. It
 * changes what the service has, so that only clones play it, which forget it.
 */
export interface FullExchange {
  /** By the name of the gentle exchange. */
  protocol: string
  /** The subject of a sentence: "a mail". */
  thing: string
  /** What has been done with it in the end: "stored, read and deleted". */
  done: string
  /** A conversation that is held first, and the word that the full one needs of it. */
  first?: { steps: readonly TalkStep[]; word(heard: readonly string[]): string }
  /** The whole of it: it went well if each turn had the answer that is wanted. */
  steps(about: About): readonly TalkStep[]
  /** An answer that asks for a name and a password. */
  password?: RegExp
  /** A copy of it comes to a file, perhaps only later: a mail to an account, or a line to a log. */
  arrives?: 'mail' | 'log'
}

/** A full exchange with one service, as it is played in each trial in a clone. */
export interface FullCheck {
  protocol: string
  to: TalkAddress
  /** "a mail to alice" */
  thing: string
  /** What is answered where all went well: "delivered below /var/mail". */
  done: string
  /** Of a mail: the address of its recipient. Of a query: the zones, with blanks between them. */
  address?: string
  arrival?: Arrival
  /** A mail was taken, and nobody saw it come to a mailbox: that it is delivered was not played. */
  partly?: true
}

/** Where a copy has to come. */
interface Arrival {
  /** The file, or the folder that it is below. */
  folder: string
  /** Milliseconds that it may take. */
  waitMs: number
  /** Of a mailbox: what a new one belongs to. Each is removed again, so that the next mail makes one anew. */
  anew?: Ownership
}

/** What a full exchange came to; `answer` is the check's `done` where all went well. */
export interface FullAnswer {
  check: FullCheck
  answer: string
}

/** "a mail to alice (SMTP on 127.0.0.1 port 25)" */
export function fullLabel(check: FullCheck): string {
  return `${check.thing} (${talkLabel(check)})`
}
