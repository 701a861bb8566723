/** Of proc(5), what tells of the whole machine. One or two of them are read by who sizes itself by the machine. */
const OF_MACHINE = [
  'diskstats',
  'loadavg',
  'mdstat',
  'meminfo',
  'net/dev',
  'net/snmp',
  '/proc/partitions',
  'slabinfo',
  'sockstat',
  'softirqs',
  'vmstat',
]
const MIN_OF_MACHINE = 3
/** Of proc(5) and fstab(5), what tells which file systems are mounted; a setting can show others there. */
const OF_MOUNTS = ['/etc/mtab', '/mounts', '/mountinfo', '/mountstats']
/** A metric of its own process, by the guidelines for clients of the text format: from /proc/stat, proc(5), it has the boot. */
const OF_START = 'process_start_time_seconds'
/** Linux Standard Base, core: the interface of mail for programs. Its queue belongs to it, or to a setgid helper. */
export const MAILER = '/usr/sbin/sendmail'

/** The bytes of a file to look for texts in, without a copy. */
export function asText(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Whether a program or library names enough of the machine's files to be there for telling of them. */
export function tellsOfMachine(bytes: Uint8Array): boolean {
  const text = asText(bytes)
  return text.includes('/proc') && OF_MACHINE.filter((name) => text.includes(name)).length >= MIN_OF_MACHINE
}

/** A whole text that is the path of a file of proc(5) about the machine. */
const OF_KERNEL =
  /\0(\/proc\/(?:cpuinfo|diskstats|interrupts|loadavg|meminfo|net\/[a-z_]+|partitions|stat|swaps|uptime|vmstat))\0/

/** The first such file that it names. */
export function namesOfKernel(bytes: Uint8Array): string | undefined {
  return OF_KERNEL.exec(asText(bytes).toString('latin1'))?.[1]
}

/** The name of an extended attribute that only CAP_SYS_ADMIN may set: xattr(7). */
const OF_ROOT = /\0trusted\.[a-z]/
const SETS_ATTRIBUTES = /^[fl]?setxattr$/

/** Whether it sets extended attributes and names such a one. */
export function setsAttributesOfRoot(bytes: Uint8Array, imports: Iterable<string>): boolean {
  return (
    [...imports].some((name) => SETS_ATTRIBUTES.test(name)) && OF_ROOT.test(asText(bytes).toString('latin1'))
  )
}

/** Whether it names a table of mounts. */
export function tellsOfMounts(bytes: Uint8Array): boolean {
  return OF_MOUNTS.some((name) => asText(bytes).includes(name))
}

/** Whether it tells as a metric when its process began. */
export function tellsOfStart(bytes: Uint8Array): boolean {
  return asText(bytes).includes(OF_START)
}

/** Whether it names the program of this machine that takes mail. */
export function namesMailer(bytes: Uint8Array): boolean {
  return asText(bytes).includes(MAILER)
}

/** "~/.plan": a file that each account may have in its home. */
const IN_HOMES = /~\/\.[a-z]/

/** Whether it looks up accounts and names a file in the home of each. */
export function namesHomes(bytes: Uint8Array, imports: Iterable<string>): boolean {
  return (
    [...imports].some((name) => /^getpw(?:nam|uid)(?:_r)?$/.test(name)) &&
    IN_HOMES.test(asText(bytes).toString('latin1'))
  )
}

const OF_CGI = ['GATEWAY_INTERFACE', 'QUERY_STRING', 'REQUEST_METHOD', 'SCRIPT_NAME']

/** Whether it names the variables that a program is told its request by: RFC 3875. */
export function namesCgi(bytes: Uint8Array): boolean {
  const text = asText(bytes)
  return OF_CGI.every((name) => text.includes(name))
}
