import type { ProbeRequest } from '../host/host.ts'

/** One question whose answer decides health: asked of the service before the first change and after each one. */
export type Check = ProbeRequest | { kind: 'command'; argv: string[]; timeoutMs: number }

export class CheckError extends Error {
  override name = 'CheckError'
}

const TIMEOUT_MS = 3000
const COMMAND_TIMEOUT_MS = 30_000

/** Stable name of a check, and what a screen calls it. */
export function checkLabel(check: Check): string {
  if (check.kind === 'http') return `GET ${check.url}`
  if (check.kind === 'tcp') return `connect to ${check.address} port ${check.port}`
  if (check.kind === 'unix') return `connect to ${check.path}`
  return `run ${check.argv.join(' ')}`
}

/** A URL, tcp:HOST:PORT, unix:/PATH, or a command line split at blanks. Throws CheckError with one line. */
export function parseCheck(text: string): Check {
  const trimmed = text.trim()
  if (trimmed === '') throw new CheckError('a check is a URL, tcp:HOST:PORT, unix:/PATH or a command')
  if (/^https?:\/\//.test(trimmed)) {
    if (!URL.canParse(trimmed)) throw new CheckError(`${trimmed} is not a URL`)
    return { kind: 'http', url: trimmed, timeoutMs: TIMEOUT_MS }
  }
  if (trimmed.startsWith('tcp:')) {
    const match = /^tcp:\[?([^\]]+?)\]?:(\d{1,5})$/.exec(trimmed)
    const port = Number(match?.[2])
    if (!match || port < 1 || port > 65535) throw new CheckError(`${trimmed} is not tcp:HOST:PORT`)
    return { kind: 'tcp', address: match[1] as string, port, timeoutMs: TIMEOUT_MS }
  }
  if (trimmed.startsWith('unix:')) {
    const path = trimmed.slice('unix:'.length)
    if (!path.startsWith('/')) throw new CheckError(`${trimmed} is not unix:/PATH`)
    return { kind: 'unix', path, timeoutMs: TIMEOUT_MS }
  }
  return { kind: 'command', argv: trimmed.split(/\s+/), timeoutMs: COMMAND_TIMEOUT_MS }
}
