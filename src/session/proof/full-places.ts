import type { Host, TalkAddress } from '../../host/host.ts'
import type { Facts, SocketFacts } from '../../observe/facts.ts'
import { type Baseline, type CheckAnswer, reachable } from '../../trial/health/baseline.ts'
import { urlAddress } from '../../trial/health/check.ts'

/** Where a full exchange can be held. */
export interface FullPlace {
  protocol: string
  to: TalkAddress
}

/** Status of a server that wants another protocol on this connection: RFC 9110, section 15.5.22. */
const UPGRADE_REQUIRED = '426'

function placeOfAnswer({ check, answer }: CheckAnswer): FullPlace[] {
  if (check.kind === 'talk') return [{ protocol: check.protocol, to: check.to }]
  if (check.kind !== 'http' || answer !== UPGRADE_REQUIRED) return []
  const { secure, address, port } = urlAddress(check.url)
  return [{ protocol: 'HTTP upgrade', to: { transport: secure ? 'tls' : 'tcp', address, port } }]
}

/** Where programs of this machine log to: syslog(3), and systemd-journald.service(8) for what it passes on. */
const LOG_SOCKETS = ['/dev/log', '/run/systemd/journal/dev-log', '/run/systemd/journal/syslog']
/** RFC 5426, section 3.3; RFC 6587, section 3.4.1, and the port that is registered for it over TCP. */
const LOG_PORTS = { datagram: [514], stream: [514, 601] }

function logAddress({ family, type, state, address, port }: SocketFacts): TalkAddress | undefined {
  if (type !== 'datagram' && type !== 'stream') return undefined
  if (family === 'AF_UNIX')
    return type === 'datagram' && LOG_SOCKETS.includes(address)
      ? { transport: 'unix', path: address }
      : undefined
  if (state === 'connected' || !LOG_PORTS[type].includes(port)) return undefined
  return { transport: type === 'datagram' ? 'udp' : 'tcp', address: reachable(address), port }
}

function placeOfLog(socket: SocketFacts): FullPlace[] {
  const to = logAddress(socket)
  return to === undefined ? [] : [{ protocol: 'syslog', to }]
}

/** Where the service may be played in full: where it answers in a protocol, and where it takes lines of a log. */
export function fullPlaces({ sockets }: Facts, { answers }: Baseline): FullPlace[] {
  return [...answers.flatMap(placeOfAnswer), ...sockets.flatMap(placeOfLog)]
}

/** Somebody on the machine whom a mail can be for. */
export interface Recipient {
  user: string
  home: string
  address: string
}

const PERSONS = { from: 1000, to: 59999 }
const NO_LOGIN = /\/(?:nologin|false|sync|shutdown|halt)$/

/** A person's account first, then root's, by passwd(5). */
function accountsFor(passwd: string): Pick<Recipient, 'user' | 'home'>[] {
  const lines = passwd.split('\n').map((line) => line.split(':'))
  const isPerson = ([, , uid, , , home = '', shell = '']: string[]) =>
    Number(uid) >= PERSONS.from && Number(uid) <= PERSONS.to && home !== '' && !NO_LOGIN.test(shell)
  const person = lines.find(isPerson)
  const root = lines.find(([, , uid]) => uid === '0')
  return [person, root].flatMap((line) =>
    line === undefined ? [] : [{ user: line[0] ?? '', home: line[5] ?? '' }],
  )
}

/**
 * Addresses to try, the likeliest first: of this machine by either of its names, by none, and the one that each server
 * has to know (RFC 5321, section 4.5.1).
 */
export function recipientsIn(passwd: string, names: readonly string[]): Recipient[] {
  const hosts = [...new Set(['localhost', ...names.filter((name) => /^[A-Za-z0-9.-]+$/.test(name))])]
  const each = accountsFor(passwd).flatMap((account) =>
    [...hosts.map((host) => `${account.user}@${host}`), account.user].map((address) => ({
      ...account,
      address,
    })),
  )
  return [...each, { user: 'postmaster', home: '', address: 'postmaster' }]
}

export async function recipientsOf(host: Host): Promise<Recipient[]> {
  const [passwd = '', ...names] = await Promise.all(
    ['/etc/passwd', '/etc/mailname', '/etc/hostname'].map((path) => host.read(path)),
  )
  return recipientsIn(
    passwd,
    names.flatMap((name) => name?.trim() || []),
  )
}
