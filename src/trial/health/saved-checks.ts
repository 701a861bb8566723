import { distrust } from '../../host/distrust.ts'
import { ExpectedError } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import type { Manager } from '../../host/manager.ts'
import { CheckError, parseCheck, parseExercise } from './check.ts'

/** Checks and exercises that root wrote down for a unit, as texts; both are played in every walk of it. */
export interface SavedChecks {
  checks: string[]
  exercises: string[]
}

export class SavedChecksError extends ExpectedError {
  override name = 'SavedChecksError'
  override readonly next = 'Nothing was changed. Mend that file, or move it away.'
}

/** The folders above those of units, the highest first. */
export function checksFolders({ settings }: Manager): [string, string] {
  return [settings, `${settings}/checks.d`]
}

const MAX_FILES = 32
const MAX_LINES = 64

/** False where there is nothing. Throws SavedChecksError where somebody else than root could have written it. */
export async function requireTrusted(host: Host, path: string, kind: 'directory' | 'file'): Promise<boolean> {
  const stat = await host.stat(path)
  if (stat === undefined) return false
  const reason = distrust(path, stat, kind, host.manager.uid)
  if (reason !== undefined) throw new SavedChecksError(`${reason}; hardenctl does not trust it`)
  return true
}

function parseLine(line: string): { into: keyof SavedChecks; text: string } {
  const [, key, text = ''] = /^(Check|Exercise)\s*=\s*(.*)$/.exec(line) ?? []
  if (key === 'Check') {
    parseCheck(text)
    return { into: 'checks', text }
  }
  if (key !== 'Exercise') throw new CheckError('a line is Check=CHECK or Exercise=COMMAND')
  parseExercise(text)
  return { into: 'exercises', text }
}

/** What the text of one file says; lines that begin with # or ; are comments. Throws SavedChecksError with path and line. */
export function parseSavedChecks(text: string, path: string): SavedChecks {
  const found: SavedChecks = { checks: [], exercises: [] }
  const lines = text.split('\n').map((line, index) => ({ line: line.trim(), at: index + 1 }))
  const meant = lines.filter(({ line }) => line !== '' && !/^[#;]/.test(line))
  if (meant.length > MAX_LINES) throw new SavedChecksError(`${path} has more than ${MAX_LINES} lines`)
  for (const { line, at } of meant) {
    try {
      const { into, text: said } = parseLine(line)
      found[into].push(said)
    } catch (error) {
      if (error instanceof CheckError) throw new SavedChecksError(`${path}:${at}: ${error.message}`)
      throw error
    }
  }
  return found
}

async function savedIn(host: Host, folder: string): Promise<SavedChecks[]> {
  if (!(await requireTrusted(host, folder, 'directory'))) return []
  const names = (await host.list(folder)).filter((name) => name.endsWith('.conf'))
  if (names.length > MAX_FILES) throw new SavedChecksError(`${folder} holds more than ${MAX_FILES} files`)
  const all: SavedChecks[] = []
  for (const name of names) {
    const path = `${folder}/${name}`
    if (await requireTrusted(host, path, 'file'))
      all.push(parseSavedChecks((await host.read(path)) ?? '', path))
  }
  return all
}

/**
 * Reads the files *.conf of /etc/hardenctl/checks.d/UNIT/, in the order of their names; the unit may be named with its
 * type or, as on the command line, without. Throws SavedChecksError where one can't be trusted or read.
 */
export async function readSavedChecks(host: Host, unit: string): Promise<SavedChecks> {
  const folders = checksFolders(host.manager)
  for (const folder of folders) {
    if (!(await requireTrusted(host, folder, 'directory'))) return { checks: [], exercises: [] }
  }
  const names = new Set([unit, unit.replace(/\.service$/, '')])
  const found = (await Promise.all([...names].map((name) => savedIn(host, `${folders[1]}/${name}`)))).flat()
  return {
    checks: found.flatMap(({ checks }) => checks),
    exercises: found.flatMap(({ exercises }) => exercises),
  }
}
