import { distrust } from '../../host/distrust.ts'
import { ExpectedError } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { type Exposure, scoreWithout } from '../../systemd/exposure/exposure.ts'
import { EXPOSURE_CHECKS } from '../../systemd/exposure/exposure-checks.ts'

/** A check that root accepts for a unit until a day, and why. */
export interface Accepted {
  /** The unit's real name, or "*" for every unit. */
  unit: string
  /** The check's JSON field, or "*" for every check. */
  check: string
  reason: string
  /** YYYY-MM-DD, UTC; the last day on which it holds. */
  until: string
  /** "/etc/hardenctl/accepted.d/web.conf:3" */
  place: string
}

export class AcceptedError extends ExpectedError {
  override name = 'AcceptedError'
  override readonly next = 'Mend that file, or move it away.'
}

const CONFIGURATION = '/etc/hardenctl'
const FOLDER = `${CONFIGURATION}/accepted.d`
const MAX_FILES = 64
const LINE = /^Accept\s*=\s*(\S+)\s+(\S+)\s+until=(\d{4}-\d{2}-\d{2})\s+(\S.*)$/
const FORM = 'a line is Accept=UNIT CHECK until=YYYY-MM-DD REASON'

/** By the name that systemd-analyze prints, with or without "=", or by JSON field. */
function fieldOf(check: string): string | undefined {
  if (check === '*') return '*'
  return EXPOSURE_CHECKS.find(({ id, jsonField }) => [id, jsonField, id.replace(/=$/, '')].includes(check))
    ?.jsonField
}

function parseLine(line: string, place: string): Accepted {
  const [, name = '', check = '', until = '', reason = ''] = LINE.exec(line) ?? []
  if (reason === '') throw new AcceptedError(`${place}: ${FORM}`)
  const field = fieldOf(check)
  if (field === undefined) throw new AcceptedError(`${place}: systemd-analyze has no check ${check}`)
  if (new Date(`${until}T00:00:00Z`).toJSON()?.slice(0, 10) !== until)
    throw new AcceptedError(`${place}: ${until} is no date`)
  const unit = name === '*' || name.endsWith('.service') ? name : `${name}.service`
  return { unit, check: field, reason: reason.trim(), until, place }
}

/** Lines that begin with # or ; are comments. Throws AcceptedError with file and line. */
export function parseAccepted(text: string, path: string): Accepted[] {
  return text.split('\n').flatMap((raw, index) => {
    const line = raw.trim()
    return line === '' || /^[#;]/.test(line) ? [] : [parseLine(line, `${path}:${index + 1}`)]
  })
}

async function trusted(host: Host, path: string, kind: 'directory' | 'file'): Promise<boolean> {
  const stat = await host.stat(path)
  if (stat === undefined) return false
  const reason = distrust(path, stat, kind, 0)
  if (reason !== undefined) throw new AcceptedError(`${reason}; hardenctl does not trust it`)
  return true
}

/** All files *.conf of /etc/hardenctl/accepted.d. Throws AcceptedError where one can't be trusted or read. */
export async function readAccepted(host: Host): Promise<Accepted[]> {
  for (const folder of [CONFIGURATION, FOLDER]) if (!(await trusted(host, folder, 'directory'))) return []
  const names = (await host.list(FOLDER)).filter((name) => name.endsWith('.conf'))
  if (names.length > MAX_FILES) throw new AcceptedError(`${FOLDER} holds more than ${MAX_FILES} files`)
  const all: Accepted[] = []
  for (const name of names) {
    const path = `${FOLDER}/${name}`
    if (await trusted(host, path, 'file')) all.push(...parseAccepted((await host.read(path)) ?? '', path))
  }
  return all
}

/** Those that hold on a day (YYYY-MM-DD, UTC), and those that have expired. */
export function sortedOut(
  accepted: readonly Accepted[],
  today: string,
): { valid: Accepted[]; expired: Accepted[] } {
  return {
    valid: accepted.filter(({ until }) => until >= today),
    expired: accepted.filter(({ until }) => until < today),
  }
}

/** What is accepted of a check of a unit; undefined where nothing is. */
export function acceptedFor(
  accepted: readonly Accepted[],
  unit: string,
  field: string,
): Accepted | undefined {
  return accepted.find((one) => ['*', unit].includes(one.unit) && ['*', field].includes(one.check))
}

/** Exposure ×10 as if the accepted checks had found nothing. */
export function countedExposure(unit: string, found: Exposure, accepted: readonly Accepted[]): number {
  const fields = found.checks.map(({ jsonField }) => jsonField)
  return scoreWithout(
    found,
    new Set(fields.filter((field) => acceptedFor(accepted, unit, field) !== undefined)),
  )
}
