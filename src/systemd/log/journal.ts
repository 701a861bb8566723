import type { Host } from '../../host/host.ts'

/** One journal entry, its fields as text. */
export interface JournalEntry {
  /** Microseconds since the epoch. */
  time: number
  message: string
  messageId: string
  identifier: string
  pid: number
  priority: number
  fields: Record<string, string>
}

/**
 * Text of a field in journalctl's JSON: a field with unprintable bytes is a list of numbers, one that occurs more than
 * once a list of its values (systemd.journal-fields(7)), of which the last counts: joined they would be no id or number.
 */
export function fieldText(value: unknown): string {
  if (typeof value === 'string') return value
  if (!Array.isArray(value)) return ''
  if (value.every((part) => typeof part === 'number')) return Buffer.from(value).toString('utf8')
  return fieldText(value.at(-1))
}

/** One line of `journalctl -o json`: its fields, see fieldText(); undefined where the line is no document. */
export function journalFields(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    return JSON.parse(line)
  } catch {
    // JSON.parse() throws only for a text that is no JSON: a line that was cut off.
    return undefined
  }
}

/** Parses `journalctl -o json`: one document a line; a line that is none is left out. */
export function parseJournal(text: string): JournalEntry[] {
  return text.split('\n').flatMap((line) => {
    const raw = journalFields(line)
    if (raw === undefined) return []
    const fields = Object.fromEntries(Object.entries(raw).map(([key, value]) => [key, fieldText(value)]))
    return [
      {
        time: Number(fields.__REALTIME_TIMESTAMP ?? 0),
        message: fields.MESSAGE ?? '',
        messageId: fields.MESSAGE_ID ?? '',
        identifier: fields.SYSLOG_IDENTIFIER ?? fields._COMM ?? '',
        pid: Number(fields._PID ?? 0),
        priority: Number(fields.PRIORITY || 6),
        fields,
      },
    ]
  })
}

const MAX_LINES = '400'

const SYNC_LIMIT_MS = 5000

/**
 * Waits until journald has written all earlier lines, which may take a while on a busy machine: journalctl(1), --sync.
 */
export async function syncJournal(host: Host): Promise<void> {
  await host.run(['journalctl', '--sync'], { timeoutMs: SYNC_LIMIT_MS })
}

/** Log lines of the unit, and of PID 1 about it, in one invocation; the newest few hundred in order of time. */
export async function invocationJournal(host: Host, invocation: string): Promise<JournalEntry[]> {
  if (!/^[0-9a-f]{32}$/.test(invocation)) return []
  const ofManager = host.manager.kind === 'user' ? 'USER_INVOCATION_ID' : 'INVOCATION_ID'
  const match = [`_SYSTEMD_INVOCATION_ID=${invocation}`, '+', `${ofManager}=${invocation}`]
  const result = await host.run(['journalctl', '--no-pager', '-q', '-o', 'json', '-n', MAX_LINES, ...match])
  return parseJournal(result.stdout)
}

/** Log lines of the unit, and of PID 1 about it, since `since` (epoch ms), over several invocations. */
export async function unitJournal(host: Host, unit: string, since: number): Promise<JournalEntry[]> {
  const from = `--since=@${(since / 1000).toFixed(3)}`
  const result = await host.run([
    'journalctl',
    '--no-pager',
    '-q',
    '-o',
    'json',
    '-n',
    MAX_LINES,
    from,
    host.manager.kind === 'user' ? '--user-unit' : '-u',
    unit,
  ])
  return parseJournal(result.stdout)
}

/** sd-messages.h: a unit entered the failed state (its UNIT_RESULT says why); a unit ended well. */
const UNIT_FAILED = 'd9b373ed55a64feb8242e02dbe79a49c'
const UNIT_SUCCEEDED = '7ad2d189f7e94e70a38c781354912448'

/**
 * How the unit's first invocation that has ended since `since` (epoch ms) ended: systemd's result of it, such as
 * "success" or "exit-code"; undefined where the journal holds no end.
 */
export async function firstEnd(host: Host, unit: string, since: number): Promise<string | undefined> {
  const ofUnit = `${host.manager.kind === 'user' ? 'USER_UNIT' : 'UNIT'}=${unit}`
  const matches = [ofUnit, `MESSAGE_ID=${UNIT_FAILED}`, `MESSAGE_ID=${UNIT_SUCCEEDED}`]
  const from = `--since=@${(since / 1000).toFixed(3)}`
  const result = await host.run(['journalctl', '--no-pager', '-q', '-o', 'json', from, ...matches])
  const [ended] = parseJournal(result.stdout)
  if (ended === undefined) return undefined
  return ended.messageId === UNIT_SUCCEEDED ? 'success' : ended.fields.UNIT_RESULT
}
