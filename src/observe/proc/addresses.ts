import { endianness } from 'node:os'

/** How the machine's kernel lays out a 32-bit word; /proc/net prints addresses as such words. */
export type ByteOrder = 'little' | 'big'

/** That of this machine's kernel, which hosts and their clones share. */
export const OWN_BYTE_ORDER: ByteOrder = endianness() === 'BE' ? 'big' : 'little'

export interface Endpoint {
  address: string
  port: number
}

/**
 * Decodes "0100007F:1F90" or its IPv6 form of 32 digits, as in /proc/net/{tcp,udp,raw}(6) (proc_pid_net(5)). The
 * port is plain hexadecimal. undefined when it is neither.
 */
export function parseEndpoint(text: string, order: ByteOrder = 'little'): Endpoint | undefined {
  const match = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/i.exec(text)
  if (!match?.[1] || !match[2]) return undefined
  const bytes = bytesOfWords(match[1], order)
  return {
    address: bytes.length === 4 ? bytes.join('.') : ipv6Text(bytes),
    port: Number.parseInt(match[2], 16),
  }
}

function bytesOfWords(hexadecimal: string, order: ByteOrder): number[] {
  const words = hexadecimal.match(/.{8}/g) ?? []
  return words.flatMap((word) => {
    const bytes = (word.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16))
    return order === 'little' ? bytes.reverse() : bytes
  })
}

/** RFC 5952: lower case, the longest run of two or more zero groups as "::"; mapped IPv4 addresses with dots. */
function ipv6Text(bytes: readonly number[]): string {
  const groups: number[] = []
  for (let at = 0; at < bytes.length; at += 2) groups.push((bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0))
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return `::ffff:${bytes.slice(12).join('.')}`
  }
  const { start, length } = longestZeroRun(groups)
  const text = (part: number[]) => part.map((group) => group.toString(16)).join(':')
  if (length < 2) return text(groups)
  return `${text(groups.slice(0, start))}::${text(groups.slice(start + length))}`
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 }
  let length = 0
  groups.forEach((group, at) => {
    length = group === 0 ? length + 1 : 0
    if (length > best.length) best = { start: at + 1 - length, length }
  })
  return best
}

/** "127.0.0.1:80", "[::1]:80". */
export function endpointText({ address, port }: Endpoint): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}
