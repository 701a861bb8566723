import { isBelowAny, throughRun } from '../../host/paths.ts'
import type { Facts } from '../../observe/facts.ts'
import type { RootFile, RootFiles } from '../../observe/files/root-files.ts'
import { isVolatile, managedDirectories, ownDirectory, TEMPORARY } from '../common/places.ts'
import { unique } from '../common/proposal.ts'
import { workerUids } from '../common/roles.ts'
import type { OwnershipWish } from '../common/types.ts'

const EXECUTABLE = 0o111

/** Files that it has open or was seen to change, with their own folder of data. */
function seenFiles(facts: Facts): { path: string; folder: string }[] {
  const open = facts.writable.filter(({ kind, uid }) => kind === 'file' && uid === 0)
  const changed = (facts.learned?.changed ?? []).filter(({ sightings }) => sightings.length > 0)
  const apart = [...TEMPORARY, ...managedDirectories(facts)]
  return [...open, ...changed].flatMap(({ path }) => {
    const folder = ownDirectory(path)
    return folder === undefined || isVolatile(path) || isBelowAny(throughRun(path), apart)
      ? []
      : [{ path, folder }]
  })
}

/**
 * Folders of data that an account could be given whole: those in which a service writes that is root in all its
 * processes. Where it has workers too, a closed file of root's may be closed to them on purpose; and all instances of a
 * template may use one folder.
 */
export function foldersToGive(facts: Facts): string[] {
  if (facts.freeAccount === undefined || workerUids(facts).length > 0) return []
  if (facts.unit.id.includes('@')) return []
  return unique(seenFiles(facts).map(({ folder }) => folder))
}

/** Whether a folder bears the name of the unit or of its account. */
function bearsItsName(facts: Facts, folder: string): boolean {
  const name = folder.slice(folder.lastIndexOf('/') + 1)
  const units = [facts.unit.id, ...facts.unit.names].map((unit) => unit.replace(/\.service$/, ''))
  return [...units, facts.freeAccount?.name].includes(name)
}

/** A folder of data with all that root has in it, or why that stays as it is, as a clause. */
export interface GivenFolder {
  folder: string
  wishes: OwnershipWish[]
  stays?: string
}

/** Why what root has in a folder is not given away with it; undefined if it may be. */
function whyStays(
  facts: Facts,
  folder: string,
  found: RootFiles | undefined,
  seen: ReadonlySet<string>,
): string | undefined {
  if (found === undefined) return 'nobody looked at them'
  if (found.more) return 'they are too many'
  const others = found.files.filter(({ kind, path }) => kind !== 'directory' && !seen.has(path))
  const [other] = others
  if (other !== undefined && !bearsItsName(facts, folder)) return `it was not seen to write ${other.path}`
  const program = others.find(({ mode }) => (mode & EXECUTABLE) !== 0)
  if (program !== undefined) return `${program.path} is executable, and root may run it`
  const odd = found.files.find(({ kind, links }) => kind === 'device' || (kind === 'file' && links > 1))
  return odd && `${odd.path} is a device or has a second name elsewhere`
}

/** The folders of foldersToGive(), each with the wishes for it and all that root has in it, where nothing speaks against that. */
export function givenFolders(facts: Facts, user: string): GivenFolder[] {
  const seen = new Set(seenFiles(facts).map(({ path }) => path))
  return foldersToGive(facts).map((folder) => {
    const found = facts.rootFiles?.find((one) => one.folder === folder)
    const stays = whyStays(facts, folder, found, seen)
    if (stays !== undefined) return { folder, wishes: [], stays }
    const wishes = (found?.files ?? []).map((file) => wishOf(file, user, seen.has(file.path)))
    return { folder, wishes }
  })
}

function wishOf({ path, kind, mode }: RootFile, user: string, written: boolean): OwnershipWish {
  const needed = kind === 'directory' ? 0o700 : written ? 0o600 : 0o400
  const why = written ? 'The service writes it.' : 'It lies with what the service writes.'
  return (mode & needed) === needed ? { path, user, why } : { path, user, mode: mode | needed, why }
}

/** In words: what goes along with a folder. */
export function alongWith({ folder, wishes }: GivenFolder): string[] {
  if (wishes.length === 0) return []
  return [
    `It writes below ${folder} as root: all that root has there gets the new owner too (${wishes.length}).`,
  ]
}
