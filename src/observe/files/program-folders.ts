import { orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { type BlindSpots, mapFew, orBlindSpot } from '../blind-spots.ts'
import type { ProgramFolder } from '../reach-facts.ts'
import type { Naming } from './helper-programs.ts'

/** A folder of one package's own programs, and not one that all have: file-hierarchy(7). */
const OF_PACKAGE = /^\/usr\/lib(?:exec)?\/(?![^/]*-linux-)[^/]+(?:\/[^/]+)*$/
const MAX_FOLDERS = 10
const MAX_PROGRAMS = 100
const FIND_TIMEOUT_MS = 3000

async function programsIn(host: Host, folder: string, gaps: BlindSpots): Promise<string[]> {
  const find = ['find', `${folder}/`, '-maxdepth', '2', '-type', 'f', '-perm', '/111', '-print0']
  const found = await orBlindSpot(gaps, find.join(' '), host.run(find, { timeoutMs: FIND_TIMEOUT_MS }))
  const paths = (found?.stdout ?? '').split('\0').filter((path) => path !== '' && !/\.so\b/.test(path))
  return paths.slice(0, MAX_PROGRAMS)
}

/** Folders of packages that its own programs name in their texts, with the programs in them: one is chosen at a request. */
export async function readProgramFolders(
  host: Host,
  named: readonly Naming[],
  gaps: BlindSpots,
): Promise<ProgramFolder[]> {
  const firsts = new Map<string, string>()
  for (const { by, names, isOwn } of named)
    for (const path of isOwn ? names : [])
      if (OF_PACKAGE.test(path) && !firsts.has(path)) firsts.set(path, by)
  const folders = await mapFew([...firsts], async ([path, by]) => {
    const stat = await host.stat(path).catch(orElse(undefined))
    return stat?.kind === 'directory' ? [{ path, by }] : []
  })
  const found = await mapFew(folders.flat().slice(0, MAX_FOLDERS), async ({ path, by }) => ({
    path,
    by,
    programs: await programsIn(host, path, gaps),
  }))
  return found.filter(({ programs }) => programs.length > 0)
}
