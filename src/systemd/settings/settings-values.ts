import { constants } from 'node:os'

/**
 * Every capability of Linux 5.9 and later by its bit number (include/uapi/linux/capability.h, capabilities(7)): the index
 * is the bit, so the order must never change.
 */
export const ALL_CAPABILITIES: readonly string[] = `chown dac_override dac_read_search fowner fsetid kill
  setgid setuid setpcap linux_immutable net_bind_service net_broadcast net_admin net_raw ipc_lock ipc_owner
  sys_module sys_rawio sys_chroot sys_ptrace sys_pacct sys_admin sys_boot sys_nice sys_resource sys_time
  sys_tty_config mknod lease audit_write audit_control setfcap mac_override mac_admin syslog wake_alarm
  block_suspend audit_read perfmon bpf checkpoint_restore`
  .split(/\s+/)
  .map((name) => `cap_${name}`)

/** The namespaces that RestrictNamespaces= knows. */
export const ALL_NAMESPACES: readonly string[] = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'user', 'uts']

/** What `show` prints for SystemCallErrorNumber=kill and for no number at all (INT_MAX - 1). */
const ERRNO_KILL = '2147483646'

const ADDRESS_WORDS: Readonly<Record<string, readonly string[]>> = {
  any: ['0.0.0.0/0', '::/0'],
  localhost: ['127.0.0.0/8', '::1/128'],
  'link-local': ['169.254.0.0/16', 'fe80::/64'],
  multicast: ['224.0.0.0/4', 'ff00::/8'],
}

/** Words split at blanks, quotes of either kind kept together and taken off. */
export function words(text: string): string[] {
  const found = text.match(/(?:"(?:\\.|[^"\\])*"|'[^']*'|\S)+/g) ?? []
  return found.map((word) =>
    word.replace(/"((?:\\.|[^"\\])*)"|'([^']*)'/g, (_, double, single) => double ?? single),
  )
}

/**
 * yes and no for what parse_boolean() takes; any other word as it is. "self" and "connected" are how
 * PrivateUsersEx and PrivateTmpEx print a plain yes.
 */
export function booleanWord(text: string): string {
  const lower = text.trim().toLowerCase()
  if (['1', 'yes', 'y', 'true', 't', 'on', 'self', 'connected'].includes(lower)) return 'yes'
  if (['0', 'no', 'n', 'false', 'f', 'off'].includes(lower)) return 'no'
  return text.trim()
}

/** "77" → "0077"; a text that is no octal number stays. */
export function octal(text: string): string {
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8).toString(8).padStart(4, '0') : text
}

/** A path as systemd keeps it: no double or trailing slash. /var/run is /run, as PIDFile= is rewritten. */
export function plainPath(text: string): string {
  const short = text.replace(/\/{2,}/g, '/').replace(/(.)\/$/, '$1')
  return short.replace(/^([-+!|]*)\/var\/run(?=\/|$)/, '$1/run')
}

/** A path of a unit's list without what stands in front of it: "-" and "+" (systemd.exec(5), ReadWritePaths=). */
export function barePath(word: string): string {
  return word.replace(/^[-+]+/, '')
}

/** "/a", "/a:/b:norbind" → "/a:/a", "/a:/b": what is bound where. */
export function plainBind(text: string): string {
  const [from = '', to] = text.split(':').map(plainPath)
  return `${from}:${to || from.replace(/^-/, '')}`
}

/** EPERM → 1, kill and nothing → what show prints; a number or an unknown name stays. */
export function errnoNumber(text: string): string {
  if (text === '' || text === 'kill') return ERRNO_KILL
  const numbers = constants.errno as Record<string, number>
  return Object.hasOwn(numbers, text) ? String(numbers[text]) : text
}

/** 1 → EPERM: how show prints the number behind a call of SystemCallFilter=. */
export function errnoName(text: string): string {
  if (!/^\d+$/.test(text)) return text
  const match = Object.entries(constants.errno).find(([, number]) => String(number) === text)
  return match?.[0] ?? text
}

/** One word of IPAddressDeny= or IPAddressAllow= as ranges with their host bits cleared. */
export function addressRanges(word: string): string[] {
  const named = Object.hasOwn(ADDRESS_WORDS, word) ? ADDRESS_WORDS[word] : undefined
  if (named) return [...named]
  const [address = '', length] = word.split('/')
  if (address.includes(':')) return [range(sixBits(address), 128, length, sixText) ?? word]
  return [range(fourBits(address), 32, length, fourText) ?? word]
}

function range(
  bits: bigint | undefined,
  size: number,
  length: string | undefined,
  text: (bits: bigint) => string,
): string | undefined {
  const prefix = length === undefined ? size : Number(length)
  if (bits === undefined || !Number.isInteger(prefix) || prefix < 0 || prefix > size) return undefined
  const host = BigInt(size - prefix)
  return `${text((bits >> host) << host)}/${prefix}`
}

function fourBits(address: string): bigint | undefined {
  const parts = address.split('.').map(Number)
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255))
    return undefined
  return parts.reduce((bits, part) => (bits << 8n) | BigInt(part), 0n)
}

function fourText(bits: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 255n).join('.')
}

function sixBits(address: string): bigint | undefined {
  const [head = '', tail, ...more] = address.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail ? tail.split(':') : []
  const gap = tail === undefined ? 0 : 8 - left.length - right.length
  const groups = [...left, ...Array<string>(Math.max(gap, 0)).fill('0'), ...right]
  if (more.length > 0 || groups.length !== 8 || groups.some((group) => !/^[0-9a-f]{1,4}$/i.test(group)))
    return undefined
  return groups.reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n)
}

/** The URL parser writes an address as RFC 5952 and inet_ntop() do. */
function sixText(bits: bigint): string {
  const groups = bits.toString(16).padStart(32, '0').match(/.{4}/g) ?? []
  return new URL(`http://[${groups.join(':')}]/`).hostname.slice(1, -1)
}

/** "/dev/null" → "/dev/null rwm", the access that is given when none is written. */
export function plainDevice(text: string): string {
  const [device = '', access = 'rwm'] = words(text)
  return `${device} ${access}`
}

/**
 * "ipv4:tcp:80" → "ipv4tcp80", "ipv6:udp" → "ipv6udpany". systemctl 252 and 257 leave out the colon before the
 * port and write a missing port as "any", so colons can't be compared.
 */
export function plainBinding(text: string): string {
  const joined = text.replaceAll(':', '')
  return /(?:\d|any)$/.test(joined) && !/^ipv[46]$/.test(joined) ? joined : `${joined}any`
}
