import { orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { syscallName } from '../syscalls/syscall-numbers.ts'
import { auditFields, decoded } from './audit-fields.ts'
import { fieldText, journalFields } from './journal.ts'

/** A system call that a seccomp filter killed or logged (audit record 1326, AUDIT_SECCOMP). */
export interface SeccompRecord {
  /** Epoch milliseconds at which the kernel made the record. */
  time: number
  /** Serial number of the record; starts again at boot. */
  id: number
  /** As the machine's initial pid namespace counts, also for a process in a container. */
  pid: number
  uid: number
  comm: string
  exe: string
  /** 31 (SIGSYS) when killed, 0 when only logged. */
  signal: number
  /** AUDIT_ARCH_…, hexadecimal: c000003e is x86_64. */
  arch: string
  syscall: number
  /** "syscall_999" when the number is not known. */
  name: string
  kill: boolean
}

const AUDIT_LOG = '/var/log/audit/audit.log'

/** Lines of the audit daemon's log that are read: some hours of a quiet host, a second of a flooded one. */
const AUDIT_LOG_LINES = '5000'

/**
 * Reads one line of kernel log, journal or audit.log: "audit: type=1326 audit(TIME:ID): …" or
 * "type=SECCOMP msg=audit(TIME:ID): …", also enriched (auditd.conf, log_format). Undefined for any other line.
 */
export function parseSeccompLine(line: string): SeccompRecord | undefined {
  const head = /\btype=(?:1326|SECCOMP) (?:msg=)?audit\((\d+)\.(\d+):(\d+)\): ?(.*)$/s.exec(line)
  if (head === null) return undefined
  const [, seconds = '', fraction = '', id = '', rest = ''] = head
  const time = Number(seconds) * 1000 + Number(fraction.padEnd(3, '0').slice(0, 3))
  return record(time, Number(id), auditFields(rest))
}

/** Records in any text of such lines: `dmesg`, audit.log. */
export function parseSeccompText(text: string): SeccompRecord[] {
  return text.split('\n').flatMap((line) => parseSeccompLine(line) ?? [])
}

/** Records in what `journalctl -o json` prints, one object a line; a line that is no object is left out. */
export function parseSeccompJournal(text: string): SeccompRecord[] {
  return text.split('\n').flatMap((line) => journalRecord(line) ?? [])
}

/** The same record reaches several logs; sorted by time, each once. */
function distinctRecords(records: readonly SeccompRecord[]): SeccompRecord[] {
  const byId = new Map<string, SeccompRecord>()
  for (const found of records)
    byId.set(`${found.time}:${found.id}`, byId.get(`${found.time}:${found.id}`) ?? found)
  return [...byId.values()].sort((a, b) => a.time - b.time || a.id - b.id)
}

/**
 * Seccomp records since a moment (epoch ms) from the kernel log, the journal and the audit daemon's log. Each
 * may be missing. Without an audit daemon the kernel prints only 10 records in 5 s, so an absent record proves
 * nothing. The records are the whole machine's: containers share the kernel.
 */
export async function readSeccompRecords(host: Host, sinceMs: number): Promise<SeccompRecord[]> {
  return (await readSeccompLog(host, sinceMs)).records
}

export type AuditLog = 'kernel' | 'journal' | 'daemon'

interface LogText {
  records: SeccompRecord[]
  text: string
}

const LOGS: Readonly<Record<AuditLog, (host: Host, sinceMs: number) => Promise<LogText>>> = {
  kernel: async (host) => asText(await output(host, ['dmesg'])),
  daemon: async (host) => asText(await output(host, ['tail', '-n', AUDIT_LOG_LINES, AUDIT_LOG])),
  journal: async (host, sinceMs) => {
    const since = `--since=@${Math.floor(sinceMs / 1000)}`
    const sources = ['_TRANSPORT=audit', '+', '_TRANSPORT=kernel']
    const text = await output(host, ['journalctl', '-o', 'json', '--no-pager', since, ...sources])
    return { records: parseSeccompJournal(text), text }
  },
}

function asText(text: string): LogText {
  return { records: parseSeccompText(text), text }
}

/** The same from these logs alone, with the text of the kernel's own: that tells of records which it dropped. */
export async function readSeccompLog(
  host: Host,
  sinceMs: number,
  logs: readonly AuditLog[] = ['kernel', 'journal', 'daemon'],
): Promise<{ records: SeccompRecord[]; kernelLog: string }> {
  const read = await Promise.all(logs.map((log) => LOGS[log](host, sinceMs)))
  const records = read.flatMap((one) => one.records).filter(({ time }) => time >= sinceMs)
  return { records: distinctRecords(records), kernelLog: read[logs.indexOf('kernel')]?.text ?? '' }
}

/** Groups that contain a call, the smallest first: it allows the fewest other calls. @known contains every call. */
export function groupsOf(name: string, groups: Readonly<Record<string, readonly string[]>>): string[] {
  return Object.entries(groups)
    .filter(([group, members]) => group !== '@known' && members.includes(name))
    .sort(([a, left], [b, right]) => left.length - right.length || (a < b ? -1 : 1))
    .map(([group]) => group)
}

async function output(host: Host, argv: readonly string[]): Promise<string> {
  const result = await host.run(argv).catch(orElse(undefined))
  return result?.stdout ?? ''
}

function journalRecord(line: string): SeccompRecord | undefined {
  const entry = journalFields(line)
  if (entry === undefined) return undefined
  if (fieldText(entry._TRANSPORT) !== 'audit') return parseSeccompLine(fieldText(entry.MESSAGE))
  if (fieldText(entry._AUDIT_TYPE) !== '1326') return undefined
  const microseconds = fieldText(entry._SOURCE_REALTIME_TIMESTAMP) || fieldText(entry.__REALTIME_TIMESTAMP)
  const field = (name: string) => fieldText(entry[`_AUDIT_FIELD_${name}`])
  return record(Math.floor(Number(microseconds) / 1000), Number(fieldText(entry._AUDIT_ID)), {
    pid: fieldText(entry._PID),
    uid: fieldText(entry._UID),
    comm: quoted(fieldText(entry._COMM)),
    exe: quoted(fieldText(entry._EXE)),
    sig: field('SIG'),
    arch: field('ARCH'),
    syscall: field('SYSCALL'),
  })
}

/** The journal's text is decoded already; as it stands, a program named CAFE would be taken for hexadecimal. */
function quoted(text: string): string {
  return `"${text}"`
}

/** A record without a number for its call is of no use; everything else may be missing. */
function record(
  time: number,
  id: number,
  fields: Readonly<Record<string, string>>,
): SeccompRecord | undefined {
  const syscall = Number.parseInt(fields.syscall ?? '', 10)
  if (Number.isNaN(syscall) || Number.isNaN(time)) return undefined
  const arch = fields.arch ?? ''
  const signal = Number(fields.sig ?? 0)
  return {
    time,
    id,
    pid: Number(fields.pid ?? -1),
    uid: Number(fields.uid ?? -1),
    comm: decoded(fields.comm ?? ''),
    exe: decoded(fields.exe ?? ''),
    signal,
    arch,
    syscall,
    name: syscallName(arch, syscall) ?? fields.SYSCALL ?? `syscall_${syscall}`,
    kill: signal !== 0,
  }
}
