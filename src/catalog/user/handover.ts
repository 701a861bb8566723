import { dirname } from 'node:path/posix'
import { isBelow, isBelowAny, throughRun } from '../../host/paths.ts'
import type { Facts, WritableFact } from '../../observe/facts.ts'
import { isShared, isVolatile, managedDirectories, ownDirectory, written } from '../common/places.ts'
import { unique } from '../common/proposal.ts'
import type { OwnershipWish } from '../common/types.ts'
import { alongWith, type GivenFolder, givenFolders } from './closed-files.ts'

/** The files that another account must own to write what root wrote. */
export interface Handover {
  wishes: OwnershipWish[]
  evidence: string[]
  cautions: string[]
}

/** Files that the service writes below no run directory and that do not belong to `uid` yet. */
function foreignFiles(facts: Facts, uid: number): WritableFact[] {
  const managed = managedDirectories(facts)
  return written(facts).filter(
    (file) =>
      file.uid !== uid &&
      !isVolatile(file.path) &&
      // systemd changes their owner itself, always for the whole tree: systemd.exec(5).
      !isBelowAny(file.path, managed) &&
      !/^\/(tmp|var\/tmp|dev|proc|sys)(\/|$)/.test(file.path) &&
      (file.kind === 'file' || file.kind === 'directory'),
  )
}

/**
 * Wishes for the files that root has open or made, the other rotated files beside them and the service's own
 * directory around them. Groups stay, and modes too when the owner's bits suffice.
 */
export function handover(facts: Facts, user: string, uid: number): Handover {
  const foreign = foreignFiles(facts, uid)
  const others = foreign.filter((file) => file.uid !== 0 && file.kind === 'file')
  const files = foreign.filter((file) => file.uid === 0)
  const directories = unique(
    files.flatMap(({ path, kind }) => (kind === 'directory' ? [path] : ownDirectories(path))),
  ).filter((path) => !facts.writable.some((fact) => fact.path === path && fact.uid !== 0))
  const rotated = facts.logrotate
    .flatMap(({ matches }) => matches)
    .filter((path) => directories.includes(dirname(path)))
    .filter((path) => !facts.writable.some((fact) => fact.path === path))
  const given = givenFolders(facts, user)
  const wishes = [
    ...directories.map((path) => directoryWish(facts, path, user)),
    ...files.filter(({ kind }) => kind === 'file').map((file) => fileWish(file, user)),
    ...rotated.map((path) => ({
      path,
      user,
      why: 'A log beside the open ones, which logrotate rotates with them.',
    })),
    ...given.flatMap((one) => one.wishes),
  ].filter(({ path }, at, all) => all.findIndex((wish) => wish.path === path) === at)
  return {
    wishes,
    evidence: [
      ...files.filter(({ kind }) => kind === 'file').map((file) => seen(facts, file)),
      ...given.flatMap(alongWith),
    ],
    cautions: [
      ...others.map(
        ({ path, uid: owner }) =>
          `${path} belongs to uid ${owner}, neither to root nor to ${user}: the service may no longer be able to write it.`,
      ),
      ...stateCaution(files, given),
    ],
  }
}

/** The directory that holds a file and those above it, up to the highest of the service's own. */
function ownDirectories(path: string): string[] {
  const top = ownDirectory(path)
  if (top === undefined) return []
  const found: string[] = []
  for (let at = dirname(path); isBelow(at, top); at = dirname(at)) found.unshift(at)
  return found
}

function fileWish({ path, mode, from }: WritableFact, user: string): OwnershipWish {
  const why = from.includes('open') ? 'The service holds it open for writing.' : 'The service writes it.'
  return (mode & 0o600) === 0o600 ? { path, user, why } : { path, user, mode: mode | 0o600, why }
}

function directoryWish(facts: Facts, path: string, user: string): OwnershipWish {
  const mode = facts.writable.find((fact) => fact.path === path)?.mode
  const why = 'The service creates files in it.'
  return mode === undefined || (mode & 0o700) === 0o700
    ? { path, user, why }
    : { path, user, mode: mode | 0o700, why }
}

function seen(facts: Facts, { path, by }: WritableFact): string {
  const holder = facts.processes.find(({ openFiles }) =>
    openFiles.some((file) => file.writable && file.path === path),
  )
  if (holder) {
    return `${holder.name} (pid ${holder.pid}, uid ${holder.uid.effective}) holds ${path} open for writing; it belongs to root.`
  }
  return `${path} belongs to root${by.length > 0 ? ` and is held by uid ${by.join(', ')}` : ''}.`
}

/** Besides logs there may be files that no process has open now, and that do not go along. */
function stateCaution(files: readonly WritableFact[], given: readonly GivenFolder[]): string[] {
  const states = files.filter((file) => file.kind === 'file' && !isBelow(file.path, '/var/log'))
  const placed = states.map(({ path }) => ({ path, folder: ownDirectory(path) ?? path }))
  const left = placed.find(
    (file) => !given.some((one) => one.folder === file.folder && one.stays === undefined),
  )
  if (left === undefined) return []
  const stays = given.find(({ folder }) => folder === left.folder)?.stays
  return [
    `Root writes ${left.path}: other files below ${left.folder}, which are closed now, would need the new owner too${stays === undefined ? '' : `, but ${stays}`}.`,
  ]
}

/** A Unix socket or another file that is made straight in a shared run directory, where only root may make one. */
export function strandedInRun(facts: Facts, pidFile: string | undefined): WritableFact | undefined {
  const managed = managedDirectories(facts)
  return written(facts).find(({ path, kind, from }) => {
    const real = throughRun(path)
    if (kind === 'directory' || real === pidFile || from.includes('pid-file')) return false
    return (
      isVolatile(real) && isShared(dirname(real)) && !managed.some((directory) => isBelow(real, directory))
    )
  })
}
