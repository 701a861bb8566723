import { isBelow } from '../../host/paths.ts'
import type { Facts } from '../../observe/facts.ts'
import { few } from '../common/proposal.ts'
import { isUnplayed } from './callers.ts'
import { imported } from './imported.ts'
import { homesNamed, isAllRoot, placesNamed } from './named.ts'
import type { Possibility } from './uses.ts'

/** One call of each of these groups; undefined where its programs lack one of them. */
function oneOfEach(facts: Facts, groups: readonly Parameters<typeof imported>[1][]): string[] | undefined {
  const calls = groups.flatMap((group) => imported(facts, group).slice(0, 1))
  return calls.length < groups.length ? undefined : calls
}

/** Who lists a folder with the names of owners and groups, and where its links lead, imports calls for each of these. */
function listing(facts: Facts): string | undefined {
  const calls = oneOfEach(facts, ['name-owners', 'name-groups', 'list-folders', 'read-links'])
  return (
    calls &&
    `Its programs call ${few(calls)}, as those do that tell of files and their owners; that was not seen.`
  )
}

/** Why it may tell others of the owners of files, who get them as they are told. */
export function byListings(facts: Facts): Possibility[] {
  const why = listing(facts)
  return why === undefined ? [] : [{ use: 'owners', from: 'client', why }]
}

/** A program that makes files like others, with their owners, modes and times, imports calls for each of these. */
export function copying(facts: Facts): string | undefined {
  const calls = oneOfEach(facts, ['copy-owners', 'copy-modes', 'copy-times'])
  return (
    calls &&
    `Its programs call ${few(calls)}, as those do that copy files with their modes; that was not seen.`
  )
}

/** Why it may copy the files of any account: it is root alone, and no exercise played what it copies. */
export function copiesAsRoot(facts: Facts): string | undefined {
  return isUnplayed(facts.given) && isAllRoot(facts) ? copying(facts) : undefined
}

/** Folders of others' data that its configuration names: not of programs, and not those where it keeps its own state. */
function namesData(facts: Facts): boolean {
  const own = [
    ...(facts.learned?.changed ?? []).map(({ path }) => path),
    ...facts.writable.map(({ path }) => path),
    ...(facts.owned ?? []).map(({ path }) => path),
  ]
  const places = placesNamed(facts).filter(
    ({ name }) => !isBelow(name, '/usr') && !own.some((path) => isBelow(path, name)),
  )
  return places.length + homesNamed(facts).length > 0
}

/**
 * What it gives its copies, it must be able to give. Whoever is root alone and is told of no data by its configuration is
 * told by others where to read and write: those that back up and restore, anywhere.
 */
export function byCopies(facts: Facts): Possibility[] {
  const why = copying(facts)
  if (why === undefined) return []
  const always = (['set-ids', 'owners'] as const).map((use): Possibility => ({ use, from: 'client', why }))
  if (copiesAsRoot(facts) === undefined) return always
  const ofRoot: Possibility[] = [
    { use: 'past-permissions', from: 'control', why },
    { use: 'share-files', from: 'client', why },
  ]
  if (namesData(facts)) return [...always, ...ofRoot]
  const anywhere = (['write-elsewhere', 'homes', 'temporary'] as const).map(
    (use): Possibility => ({ use, from: 'client', why }),
  )
  return [...always, ...ofRoot, ...anywhere]
}
