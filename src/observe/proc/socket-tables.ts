import type { SocketFacts } from '../facts.ts'
import { type ByteOrder, endpointText, parseEndpoint } from './addresses.ts'

/** A socket as a table of /proc/PID/net tells it; who holds it is not in there. */
export type SocketRow = Omit<SocketFacts, 'pids' | 'heldBySystemd'>

/** Reads the text of one table. Lines of an unknown shape are left out. */
export type TableParser = (text: string, order: ByteOrder) => SocketRow[]

/** Tables of /proc/PID/net that are read (proc_pid_net(5)). A kernel without IPv6 lacks some. */
export const SOCKET_TABLES: Record<string, TableParser> = {
  tcp: internetTable('AF_INET', 'stream'),
  tcp6: internetTable('AF_INET6', 'stream'),
  udp: internetTable('AF_INET', 'datagram'),
  udp6: internetTable('AF_INET6', 'datagram'),
  raw: internetTable('AF_INET', 'raw'),
  raw6: internetTable('AF_INET6', 'raw'),
  icmp: internetTable('AF_INET', 'datagram'),
  icmp6: internetTable('AF_INET6', 'datagram'),
  unix: parseUnixTable,
  netlink: parseNetlinkTable,
  packet: parsePacketTable,
}

/** include/net/tcp_states.h */
const LISTEN = 0x0a
const ESTABLISHED = 0x01

/**
 * tcp, udp, raw and icmp share their columns: sl, local, remote, st, queues, timers, retrnsmt, uid, timeout, inode.
 * A datagram socket with a port and no peer is called listening: there is no other sign of a UDP server.
 */
function internetTable(family: SocketRow['family'], type: SocketRow['type']): TableParser {
  return (text, order) => {
    const rows: SocketRow[] = []
    for (const line of text.split('\n')) {
      const [, localText = '', remoteText = '', stateText = '', , , , , , inode] = line.trim().split(/\s+/)
      const local = parseEndpoint(localText, order)
      const remote = parseEndpoint(remoteText, order)
      if (!local || !remote || !inode) continue
      // For raw sockets the column holds the protocol's number.
      const port = type === 'raw' ? 0 : local.port
      const state = internetState(type, Number.parseInt(stateText, 16), port)
      const peer = state === 'connected' ? { peer: endpointText(remote) } : {}
      rows.push({ family, type, state, address: local.address, port, ...peer, inode })
    }
    return rows
  }
}

function internetState(type: SocketRow['type'], state: number, port: number): SocketRow['state'] {
  if (state === LISTEN) return 'listening'
  if (state === ESTABLISHED) return 'connected'
  return type === 'datagram' && port > 0 ? 'listening' : 'other'
}

/** include/linux/net.h: the numbers of socket types. */
const TYPES: Record<number, SocketRow['type']> = { 1: 'stream', 2: 'datagram', 3: 'raw', 5: 'seqpacket' }

/** __SO_ACCEPTCON: listen(2) was called. */
const ACCEPTING = 0x10000
/** SS_CONNECTED of enum socket_state. */
const CONNECTED = 3

/**
 * /proc/net/unix: Num, RefCount, Protocol, Flags, Type, St, Inode, Path. The kernel writes the path as it is, blanks
 * and newlines included, so whoever may make a socket can write whole lines of this table. An inode that stands
 * twice is therefore given no path. A datagram socket with a path is called listening.
 */
function parseUnixTable(text: string): SocketRow[] {
  const rows = new Map<string, SocketRow>()
  for (const line of text.split('\n')) {
    const match =
      /^[0-9A-Fa-f]+: [0-9A-Fa-f]+ [0-9A-Fa-f]+ ([0-9A-Fa-f]{8}) ([0-9A-Fa-f]{4}) ([0-9A-Fa-f]{2}) +(\d+)(?: (.*))?$/.exec(
        line,
      )
    if (!match) continue
    const [, flags = '', typeText = '', stateText = '', inode = '', path = ''] = match
    const type = TYPES[Number.parseInt(typeText, 16)] ?? 'other'
    const accepting = (Number.parseInt(flags, 16) & ACCEPTING) !== 0
    const connected = Number.parseInt(stateText, 16) === CONNECTED
    const bound = type === 'datagram' && path !== ''
    const state = accepting || (bound && !connected) ? 'listening' : connected ? 'connected' : 'other'
    const address = rows.has(inode) ? '' : path
    rows.set(inode, { family: 'AF_UNIX', type, state, address, port: 0, inode })
  }
  return [...rows.values()]
}

/** include/uapi/linux/netlink.h, those that services use. */
const NETLINK_PROTOCOLS: Record<number, string> = {
  0: 'NETLINK_ROUTE',
  4: 'NETLINK_SOCK_DIAG',
  6: 'NETLINK_XFRM',
  7: 'NETLINK_SELINUX',
  9: 'NETLINK_AUDIT',
  10: 'NETLINK_FIB_LOOKUP',
  12: 'NETLINK_NETFILTER',
  15: 'NETLINK_KOBJECT_UEVENT',
  16: 'NETLINK_GENERIC',
}

/** /proc/net/netlink: sk, Eth (the protocol), Pid, Groups, …, Inode last. The address is the protocol's name. */
function parseNetlinkTable(text: string): SocketRow[] {
  return tableRows(text, 10).map((columns) => {
    const protocol = Number(columns[1])
    return {
      family: 'AF_NETLINK',
      type: 'raw',
      state: 'other',
      address: NETLINK_PROTOCOLS[protocol] ?? `NETLINK_${protocol}`,
      port: 0,
      inode: columns.at(-1) ?? '',
    }
  })
}

/** /proc/net/packet: sk, RefCnt, Type, Proto, Iface, R, Rmem, User, Inode. */
function parsePacketTable(text: string): SocketRow[] {
  return tableRows(text, 9).map((columns) => ({
    family: 'AF_PACKET',
    type: TYPES[Number(columns[2])] ?? 'other',
    state: 'other',
    address: '',
    port: 0,
    inode: columns.at(-1) ?? '',
  }))
}

/** Rows under the heading, which have at least so many columns and start with the socket's address. */
function tableRows(text: string, columns: number): string[][] {
  return text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((row) => row.length >= columns && /^[0-9a-f]+$/i.test(row[0] ?? ''))
}
