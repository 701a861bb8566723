import { dirname } from 'node:path'
import type { Host } from '../../host/host.ts'
import type { Manager } from '../../host/manager.ts'
import { type Check, checkKey, checkText, parseCheck, parseExercise } from './check.ts'
import { checksFolders, parseSavedChecks, readSavedChecks, requireTrusted } from './saved-checks.ts'

const NAME = 'saved-by-hardenctl.conf'
const HEADER = `# Checks and exercises that hardenctl saved when it was asked to. Every later walk, status and undo play them.
# One a line: Check=CHECK or Exercise=COMMAND. Edit them as you like.
`

/** The line of a file of saved checks; undefined for a check that no line can hold. */
export function savedLine(check: Check): string | undefined {
  const text = checkText(check)
  if (text === undefined || /[\r\n]/.test(text)) return undefined
  return `${check.kind === 'exercise' ? 'Exercise' : 'Check'}=${text}`
}

/** Those of the checks that are not saved for the unit yet and can be. */
export async function unsavedChecks(host: Host, unit: string, checks: readonly Check[]): Promise<Check[]> {
  const saved = await readSavedChecks(host, unit)
  const known = new Set(
    [...saved.checks.map(parseCheck), ...saved.exercises.map(parseExercise)].map(checkKey),
  )
  return checks.filter((check) => savedLine(check) !== undefined && !known.has(checkKey(check)))
}

/** The text of the file with more lines at its end. */
function withLines(text: string | undefined, lines: readonly string[]): string {
  const before = text === undefined || text === '' ? HEADER : text.replace(/\n*$/, '\n')
  return `${before}${lines.join('\n')}\n`
}

/** The file that checks of a unit are saved in. */
export function saveFile(manager: Manager, unit: string): string {
  return `${checksFolders(manager)[1]}/${unit}/${NAME}`
}

/**
 * Writes checks and exercises down for the unit, where every walk and `status` read them. Throws SavedChecksError, and
 * writes nothing, where somebody else than root could have written the file or a folder of it.
 */
export async function saveChecks(host: Host, unit: string, checks: readonly Check[]): Promise<void> {
  const path = saveFile(host.manager, unit)
  for (const folder of [...checksFolders(host.manager), dirname(path)]) {
    if (!(await requireTrusted(host, folder, 'directory'))) await host.makeDirectory(folder, 0o755)
    await requireTrusted(host, folder, 'directory')
  }
  const there = (await requireTrusted(host, path, 'file')) ? await host.read(path) : undefined
  const lines = checks.flatMap((check) => savedLine(check) ?? [])
  const text = withLines(there, lines)
  parseSavedChecks(text, path)
  await host.write(path, text, 0o644)
}
