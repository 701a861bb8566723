import { DATA } from './data.ts'
import { FILES } from './files.ts'
import { HOSTS } from './hosts.ts'
import { MAIL } from './mail.ts'
import { NAMES } from './names.ts'
import { heardFirst, LINE, type Protocol, type Transport } from './protocol.ts'
import { QUEUES } from './queues.ts'
import { WEB } from './web.ts'

/**
 * A server that speaks first in an unknown protocol: its first word is compared, and nothing is sent to it. A word with
 * digits may change each time.
 */
const GREETING: Protocol = {
  name: 'greeting',
  spec: 'of no known protocol',
  ports: {},
  gentle: [heardFirst(LINE)],
  read([greeting = '']) {
    if (greeting === '') return undefined
    const word = /^[!-~]{1,24}(?=[ \r\n])/.exec(greeting)?.[0]
    return word === undefined ? 'greets' : `greets ${word}`
  },
}

export const PROTOCOLS: readonly Protocol[] = [
  ...MAIL,
  ...FILES,
  ...WEB,
  ...NAMES,
  ...DATA,
  ...QUEUES,
  ...HOSTS,
]

/** By its name; undefined for one that another version of hardenctl knew. */
export function protocolNamed(name: string): Protocol | undefined {
  return [...PROTOCOLS, GREETING].find((protocol) => protocol.name === name)
}

/** The protocol that a port is registered for. */
export function protocolOfPort(transport: Transport, port: number): Protocol | undefined {
  if (transport === 'unix') return undefined
  return PROTOCOLS.find(({ ports }) => ports[transport]?.includes(port))
}

/**
 * The protocol of a server that spoke first. A code alone may be of several: then the port tells, else it is a greeting
 * and no more.
 */
export function protocolOfGreeting(greeting: string, port: number | undefined): Protocol {
  const told = PROTOCOLS.find((protocol) => protocol.greeting?.test(greeting))
  if (told !== undefined) return told
  const registered = port === undefined ? undefined : protocolOfPort('tcp', port)
  const speaksFirst = registered?.greeting !== undefined && registered.read([greeting]) !== undefined
  return speaksFirst ? registered : GREETING
}
