import type { NetworkInterfaceInfo } from 'node:os'
import { quoted } from '../../trial/transaction/give-back.ts'

/** A network interface of the host, of which a clone gets one alike: a service may name it, or bind its address. */
export interface Link {
  name: string
  /** Undefined for one without, as a tunnel is. */
  mac: string | undefined
  addresses: readonly LinkAddress[]
}

interface LinkAddress {
  address: string
  /** Bits of the network part. */
  prefix: number
  ipv6: boolean
}

/** A host of containers may have hundreds; beyond these, addresses alone are taken over. */
const MAX_LINKS = 16
/** What os.networkInterfaces() says of an interface without a hardware address. */
const NO_MAC = '00:00:00:00:00:00'

/** What `networkInterfaces` of node:os tells, without loopback: an interface that is down or has no address is not in it. */
export function linksOf(interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>): Link[] {
  return Object.entries(interfaces).flatMap(([name, infos = []]) => {
    const outside = infos.filter(({ internal }) => !internal)
    const [first] = outside
    if (first === undefined) return []
    const addresses = outside.map(({ address, cidr, family }) => {
      const ipv6 = family === 'IPv6'
      return { address, ipv6, prefix: Number(cidr?.split('/')[1] ?? (ipv6 ? 128 : 32)) }
    })
    return [{ name, mac: first.mac === NO_MAC ? undefined : first.mac, addresses }]
  })
}

/**
 * No route comes with an address: what is sent to others of the network has to fail at once, as it would for want of an
 * interface, and not after the seconds that a search for a neighbour takes.
 */
function onLink({ address, prefix, ipv6 }: LinkAddress): string {
  const kind = ipv6 ? 'nodad' : 'broadcast +'
  return `ip address add ${quoted(`${address}/${prefix}`)} ${kind} dev "$1" noprefixroute`
}

function onLoopback({ address, ipv6 }: LinkAddress): string {
  return `ip address add ${quoted(`${address}/${ipv6 ? 128 : 32}`)} dev lo 2>/dev/null || :`
}

function linkLines({ name, mac, addresses }: Link, index: number): string[] {
  const add = addresses.map((one) => `  ${onLink(one)} 2>/dev/null || ${onLoopback(one)}`)
  const alone = addresses.map((one) => `  ${onLoopback(one)}`)
  if (index >= MAX_LINKS) return alone
  return [
    `  set -- ${quoted(name)} hardenctl${index} ${mac === undefined ? '' : `address ${quoted(mac)}`}`,
    '  if pair "$@" 2>/dev/null; then',
    ...add.map((line) => `  ${line}`),
    '  else',
    ...alone.map((line) => `  ${line}`),
    '  fi',
  ]
}

/**
 * The part of a clone's script that makes its network: loopback, and each interface of the host with its name, hardware
 * address and addresses. Such an interface is one end of a pair whose other end lies in the clone too: it is up, and
 * nothing that is sent on it leaves the clone. A kernel that can't make one (veth(4)) leaves the addresses on loopback.
 */
export function networkPart(links: readonly Link[]): string {
  return `
# An interface makes no address by itself: that would take a second in which nothing can bind it.
pair() {
  one=$1 other=$2
  shift 2
  ip link add "$one" "$@" type veth peer name "$other" || return 1
  for end in "$one" "$other"; do
    ip link set "$end" addrgenmode none || :
    ip link set "$end" up || :
  done
}
network() {
  ip link set lo up 2>/dev/null || :
${links.flatMap(linkLines).join('\n')}
}`
}
