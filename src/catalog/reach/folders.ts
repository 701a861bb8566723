import { isBelow } from '../../host/paths.ts'
import type { Facts } from '../../observe/facts.ts'
import { isAllRoot, namedText, placesNamed } from './named.ts'
import type { Possibility } from './uses.ts'

/** Root writes wherever it is told to; an account can't, unless the folder was handed over since it was seen writing. */
export function byFoldersOfRoot(facts: Facts): Possibility[] {
  if (!isAllRoot(facts)) return []
  const changed = (facts.learned?.changed ?? []).map(({ path }) => path)
  const written = [...changed, ...facts.writable.map(({ path }) => path)]
  const seen = (folder: string) => written.some((path) => isBelow(path, folder))
  const owned = (facts.owned ?? []).filter(({ path, uid }) => uid === 0 && !seen(path))
  const named = placesNamed(facts).filter(({ name }) => !seen(name))
  const why = owned[0]?.why ?? (named.length > 0 ? `${namedText(named)}.` : undefined)
  if (why === undefined || facts.given?.level === 'tight') return []
  const text = `${why} It belongs to root, and nothing was seen written there.`
  return [{ use: 'write-as-root', from: 'named', why: text }]
}

/** What one service makes in a folder of the administrator's, another one serves: no exercise of the first shows that. */
export function byOpenFolders(facts: Facts): Possibility[] {
  const owned = (facts.owned ?? []).filter(({ open }) => open === true)
  const named = placesNamed(facts).filter(({ open }) => open === true)
  const path = owned[0]?.path ?? named[0]?.name
  if (path === undefined) return []
  return [{ use: 'share-files', from: 'named', why: `Everybody may read what it writes in ${path}.` }]
}
