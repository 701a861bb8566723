import { dirname } from 'node:path/posix'
import type { Host } from '../../host/host.ts'
import { isBelow } from '../../host/paths.ts'
import { type BlindSpots, mapFew, orBlindSpot } from '../blind-spots.ts'
import { parseElf } from '../files/elf.ts'
import { parseInterpreterLine } from '../files/interpreter-line.ts'
import type { NamedThing } from '../reach-facts.ts'
import { ownFolder } from './configuration.ts'

const FIND_TIMEOUT_MS = 3000
const MAX_DEPTH = '4'
const MAX_FOUND = 20
/** Enough for the first headers of an ELF file and for a "#!" line. */
const HEAD_BYTES = 256

/** Whether the file begins as one that the kernel starts: execve(2). One that nobody could read may. */
export async function isProgram(host: Host, path: string): Promise<boolean> {
  const bytes = await host.readBytes(path, HEAD_BYTES)
  return bytes === undefined || parseElf(bytes) !== undefined || parseInterpreterLine(bytes) !== undefined
}

/** "/etc/x" of each file below it that is no program; a folder with nothing but programs has those of others' events. */
async function ownFolders(host: Host, files: readonly string[], gaps: BlindSpots): Promise<string[]> {
  const settings = await mapFew(files, async (path) => {
    const stat = await orBlindSpot(gaps, path, host.stat(path))
    return stat?.kind === 'file' && (stat.mode & 0o111) === 0 ? [path] : []
  })
  return [...new Set(settings.flat().flatMap((path) => ownFolder(path) ?? []))]
}

/**
 * Programs that lie beside its configuration, in a folder of its own in /etc: a daemon starts those by their names when
 * something happens, and no setting says so. `files`: its configuration.
 */
export async function programsBeside(
  host: Host,
  files: readonly string[],
  gaps: BlindSpots,
): Promise<NamedThing[]> {
  const folders = await ownFolders(host, files, gaps)
  if (folders.length === 0) return []
  const find = ['find', ...folders, '-maxdepth', MAX_DEPTH, '-type', 'f', '-perm', '/111', '-print0']
  const found = await orBlindSpot(gaps, find.join(' '), host.run(find, { timeoutMs: FIND_TIMEOUT_MS }))
  const paths = (found?.stdout ?? '').split('\0').filter((path) => folders.some((one) => isBelow(path, one)))
  const programs = await mapFew(paths.slice(0, MAX_FOUND), async (name) => {
    const is = await orBlindSpot(gaps, name, isProgram(host, name))
    return is === false ? [] : [{ kind: 'program' as const, name, where: dirname(name) }]
  })
  return programs.flat()
}
