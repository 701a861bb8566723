import { heardFirst, REPLY, saidFor } from '../protocols/protocol.ts'
import type { About, FullExchange } from './exchange.ts'

const YES = '(?:^|\\n)2\\d\\d [^\\n]*\\n$'

/** The message has the token in its body alone: a log may hold the headers, but is not where a mail is delivered. */
function message({ token, address }: About): string {
  const headers = ['From: root@localhost', `To: ${address}`, 'Subject: a trial of this service in a clone']
  return [...headers, '', token, '.', ''].join('\r\n')
}

/** A mail without a return path: nobody is told where it can't be delivered. RFC 5321, section 4.5.5. */
function transfer(protocol: string, hello: string): FullExchange {
  return {
    protocol,
    thing: 'a mail',
    done: 'delivered',
    steps: (about) => [
      { ...heardFirst(REPLY), wanted: YES },
      saidFor(YES, `${hello} localhost\r\n`, REPLY),
      saidFor(YES, 'MAIL FROM:<>\r\n', REPLY),
      saidFor(YES, `RCPT TO:<${about.address}>\r\n`, REPLY),
      saidFor('(?:^|\\n)354 ', 'DATA\r\n', REPLY),
      saidFor(YES, message(about), REPLY),
      saidFor('', 'QUIT\r\n', REPLY),
    ],
    password: /^(?:530|535|538)[ -]|authenticat/im,
    arrives: 'mail',
  }
}

export const FULL_MAIL: readonly FullExchange[] = [transfer('LMTP', 'LHLO'), transfer('SMTP', 'EHLO')]
