import type { SocketFacts } from '../../observe/facts.ts'
import type { Listening, NetworkReach } from './row.ts'

const LOOPBACK = /^(?:127\.|::1$|::ffff:127\.)/

/** How the network reaches a service, by the sockets of its processes. */
export function networkReach(sockets: readonly SocketFacts[]): NetworkReach {
  const own = sockets.filter(({ state, type, family }) => state === 'listening' || isRaw(type, family))
  const beyond = own.filter(({ family, address }) => family !== 'AF_UNIX' && !LOOPBACK.test(address))
  return { listens: distinct(beyond.flatMap(listening)), local: own.length > beyond.length }
}

/** A packet socket sees what an interface receives; a raw one of IP, what its protocol does. */
function isRaw(type: SocketFacts['type'], family: SocketFacts['family']): boolean {
  return family === 'AF_PACKET' || (type === 'raw' && (family === 'AF_INET' || family === 'AF_INET6'))
}

function listening({ family, type, address, port, heldBySystemd }: SocketFacts): Listening[] {
  const held = heldBySystemd ? { bySocketUnit: true as const } : {}
  if (isRaw(type, family)) return [{ transport: 'raw', address, port: 0, ...held }]
  if (family !== 'AF_INET' && family !== 'AF_INET6') return []
  return [{ transport: type === 'datagram' ? 'udp' : 'tcp', address, port, ...held }]
}

/** By what `Listen=` of a socket unit shows: "[::]:22 (Stream)", "/run/x (Stream)". */
export function reachOfSocketUnits(listen: readonly string[]): NetworkReach {
  const listens: Listening[] = []
  let local = false
  for (const line of listen) {
    const [, where = '', kind = ''] = /^(.*) \((\w+)\)$/.exec(line) ?? []
    const [, address = '', port = ''] = /^\[?([0-9A-Fa-f:.]+)\]?:(\d+)$/.exec(where) ?? []
    if (port === '' || LOOPBACK.test(address)) local = true
    else {
      const transport = kind === 'Datagram' ? 'udp' : 'tcp'
      listens.push({ transport, address, port: Number(port), bySocketUnit: true })
    }
  }
  return { listens: distinct(listens), local }
}

function distinct(found: readonly Listening[]): Listening[] {
  const byKey = new Map(found.map((one) => [`${one.transport} ${one.address} ${one.port}`, one]))
  return [...byKey.values()]
}

const ANY = /^(?:0\.0\.0\.0|::|)$/

/** "tcp 80 443, udp 53, tcp 8080 on 10.0.0.5", "local", "none"; a port on all addresses of both kinds stands once. */
export function networkWords({ listens, local }: NetworkReach): string {
  const groups = new Map<string, Set<number>>()
  for (const { transport, address, port } of listens) {
    const key = ANY.test(address) ? transport : `${transport} on ${address}`
    groups.set(key, (groups.get(key) ?? new Set()).add(port))
  }
  if (groups.size === 0) return local ? 'local' : 'none'
  return [...groups]
    .map(([key, ports]) => {
      const [transport = '', ...where] = key.split(' ')
      const numbers = [...ports].filter((port) => port > 0).sort((a, b) => a - b)
      return [transport, ...numbers, ...where].join(' ')
    })
    .join(', ')
}
