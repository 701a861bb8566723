import { ExpectedError } from '../../host/errors.ts'
import type { ProbeRequest, TalkAddress } from '../../host/host.ts'

/**
 * One question whose answer decides health: asked of the service before the first change and after each one. An
 * exercise is played, not only asked: in its turn, and once the service is at rest.
 */
export type Check = Exclude<ProbeRequest, { kind: 'talk' }> | TalkCheck | CommandCheck

/** A program of the administrator's. */
export interface CommandCheck {
  kind: 'command' | 'exercise'
  argv: string[]
  timeoutMs: number
  /** The account that it runs as, as in life: with its groups, and able to gain rights. Absent: sudo's caller, or nobody. */
  as?: string
  /** The exit code that means success; absent: 0. */
  exit?: number
}

/** A program that is run, and not a question that a probe asks. */
export function isCommand(check: Check): check is CommandCheck {
  return check.kind === 'command' || check.kind === 'exercise'
}

/** The gentle exchange of a protocol, by its name. */
export interface TalkCheck {
  kind: 'talk'
  protocol: string
  to: TalkAddress
  timeoutMs: number
}

export class CheckError extends ExpectedError {
  override name = 'CheckError'
}

/** Milliseconds for one probe. */
export const PROBE_TIMEOUT_MS = 3000
const COMMAND_TIMEOUT_MS = 30_000
/** The timer of the undo waits for it, so it is no longer than a person would wait. */
export const EXERCISE_TIMEOUT_MS = 30_000

function addressKey(to: TalkAddress): string {
  return to.transport === 'unix' ? `unix ${to.path}` : `${to.transport} ${to.port} ${to.address}`
}

/** Identifies a check, whatever its label; a time limit does not make another check. */
export function checkKey(check: Check): string {
  switch (check.kind) {
    case 'http':
      return `http ${check.url}`
    case 'tcp':
      return `tcp ${check.port} ${check.address}`
    case 'unix':
      return `unix ${check.path}`
    case 'talk':
      return `talk ${check.protocol} ${addressKey(check.to)}`
    case 'command':
    case 'exercise':
      return [check.kind, JSON.stringify(check.argv), ...circumstances(check)].join(' ')
  }
}

/** Where a URL is asked: its host without the brackets of IPv6, and the port of its scheme where it names none. */
export function urlAddress(url: string): { secure: boolean; address: string; port: number } {
  const { hostname, port, protocol } = new URL(url)
  const secure = protocol === 'https:'
  return { secure, address: hostname.replaceAll(/[[\]]/g, ''), port: Number(port) || (secure ? 443 : 80) }
}

/** "SMTP on 127.0.0.1 port 25" */
export function talkLabel({ protocol, to }: Pick<TalkCheck, 'protocol' | 'to'>): string {
  if (to.transport === 'unix') return `${protocol} on ${to.path}`
  const carried = to.transport === 'tls' ? ' over TLS' : ''
  return `${protocol}${carried} on ${to.address} port ${to.port}`
}

function circumstances({ as, exit }: CommandCheck): string[] {
  return [...(as === undefined ? [] : [`as ${as}`]), ...(exit === undefined ? [] : [`for exit ${exit}`])]
}

/** What a screen calls a check. */
export function checkLabel(check: Check): string {
  if (check.kind === 'http') return `GET ${check.url}`
  if (check.kind === 'tcp') return `connect to ${check.address} port ${check.port}`
  if (check.kind === 'unix') return `connect to ${check.path}`
  if (check.kind === 'talk') return talkLabel(check)
  return [check.kind === 'exercise' ? 'play' : 'run', ...check.argv, ...circumstances(check)].join(' ')
}

/** One word of a command line: bare, 'as it is', "with \\ for the next character", or these put together. */
const WORD = /(?:[^\s'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+/gs

/** A command line as an argument array, quoted as in a shell; nothing is expanded and no shell runs it. */
function splitCommand(text: string): string[] {
  if (text.replaceAll(WORD, '').trim() !== '') throw new CheckError(`a quote is not closed in: ${text}`)
  return (text.match(WORD) ?? []).map((word) =>
    word.replaceAll(
      /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/gs,
      (_, single, double, escaped) => single ?? double?.replaceAll(/\\(["\\])/g, '$1') ?? escaped,
    ),
  )
}

const ACCOUNT = /^[A-Za-z_][A-Za-z0-9_.-]*\$?$/
/** What a shell and a signal make of exit codes leaves these to a program. */
const MAX_EXIT = 255

/** An account's name as it may stand after "as=". Throws CheckError with one line. */
export function accountName(text: string): string {
  if (!ACCOUNT.test(text)) throw new CheckError(`${JSON.stringify(text)} is no name of an account`)
  return text
}

function exitCode(text: string): number {
  const code = /^\d{1,3}$/.test(text) ? Number(text) : MAX_EXIT + 1
  if (code > MAX_EXIT) throw new CheckError(`exit=${text}: an exit code is 0 to ${MAX_EXIT}`)
  return code
}

/** The words before a command that say how it is run: as=ACCOUNT and exit=CODE, in any order. */
function splitCircumstances(words: readonly string[]): Pick<CommandCheck, 'argv' | 'as' | 'exit'> {
  const [, name, value = ''] = /^(as|exit)=(.*)$/s.exec(words[0] ?? '') ?? []
  if (name === undefined) return { argv: [...words] }
  const rest = splitCircumstances(words.slice(1))
  return name === 'as' ? { ...rest, as: accountName(value) } : { ...rest, exit: exitCode(value) }
}

/** The same exercise as this account, unless its own words name one. */
export function exerciseAs(text: string, account: string): string {
  return splitCircumstances(splitCommand(text)).as === undefined ? `as=${account} ${text}` : text
}

/**
 * A command of the administrator's that uses the service, with as=ACCOUNT or exit=CODE before it. Throws CheckError with
 * one line.
 */
export function parseExercise(text: string): Check {
  const command = splitCircumstances(splitCommand(text))
  if (command.argv.length === 0) throw new CheckError('an exercise is a command')
  return { kind: 'exercise', ...command, timeoutMs: EXERCISE_TIMEOUT_MS }
}

/** A URL, tcp:HOST:PORT, unix:/PATH, or a command line as an exercise has it. Throws CheckError with one line. */
export function parseCheck(text: string): Check {
  const trimmed = text.trim()
  if (trimmed === '') throw new CheckError('a check is a URL, tcp:HOST:PORT, unix:/PATH or a command')
  if (/^https?:\/\//.test(trimmed)) {
    if (!URL.canParse(trimmed)) throw new CheckError(`${trimmed} is not a URL`)
    return { kind: 'http', url: trimmed, timeoutMs: PROBE_TIMEOUT_MS }
  }
  if (trimmed.startsWith('tcp:')) {
    const match = /^tcp:\[?([^\]]+?)\]?:(\d{1,5})$/.exec(trimmed)
    const port = Number(match?.[2])
    if (!match || port < 1 || port > 65535) throw new CheckError(`${trimmed} is not tcp:HOST:PORT`)
    return { kind: 'tcp', address: match[1] as string, port, timeoutMs: PROBE_TIMEOUT_MS }
  }
  if (trimmed.startsWith('unix:')) {
    const path = trimmed.slice('unix:'.length)
    if (!path.startsWith('/')) throw new CheckError(`${trimmed} is not unix:/PATH`)
    return { kind: 'unix', path, timeoutMs: PROBE_TIMEOUT_MS }
  }
  const command = splitCircumstances(splitCommand(trimmed))
  if (command.argv.length === 0)
    throw new CheckError('a check is a URL, tcp:HOST:PORT, unix:/PATH or a command')
  return { kind: 'command', ...command, timeoutMs: COMMAND_TIMEOUT_MS }
}

const PLAIN_WORD = /^[\w@%+=:,./-]+$/

/** A word of a command line as splitCommand() reads it back. */
function quoted(word: string): string {
  return PLAIN_WORD.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`
}

/** The text that parseCheck(), or parseExercise() for an exercise, reads as this check; undefined if there is none. */
export function checkText(check: Check): string | undefined {
  switch (check.kind) {
    case 'http':
      return check.url
    case 'tcp':
      return `tcp:${check.address.includes(':') ? `[${check.address}]` : check.address}:${check.port}`
    case 'unix':
      return `unix:${check.path}`
    case 'talk':
      return undefined
    default: {
      const { argv, as, exit } = check
      const before = [
        ...(as === undefined ? [] : [`as=${as}`]),
        ...(exit === undefined ? [] : [`exit=${exit}`]),
      ]
      return [...before, ...argv.map(quoted)].join(' ')
    }
  }
}
