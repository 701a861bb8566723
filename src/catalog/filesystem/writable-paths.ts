import { dirname } from 'node:path/posix'
import { isBelow, isBelowAnother, isBelowAny, throughRun } from '../../host/paths.ts'
import type { Facts, WritableFact } from '../../observe/facts.ts'
import {
  isEverybodys,
  isVolatile,
  managedDirectories,
  ownDirectory,
  placeOfAccounts,
  TEMPORARY,
  written,
} from '../common/places.ts'
import { checksPasswords, passwordChecker } from '../common/roles.ts'
import { changedText } from '../common/seen-in-clone.ts'
import { isOn, setting } from '../common/unit-settings.ts'
import { namedThings } from '../reach/named.ts'
import { mayGainRights, possibleNow } from '../reach/reached.ts'

/** Always writable under ProtectSystem=strict (systemd.exec(5)). */
const API = ['/dev', '/proc', '/sys']

interface Writing {
  path: string
  why: string
  /** Only its pid file was found there: it writes that at each start, or never again. */
  onlyPid?: boolean
}

/** Folders and files that its configuration names and that it may write: nobody sees whether it only reads there. */
function placesOfConfiguration(facts: Facts): Writing[] {
  const things = (['home', 'folder', 'file'] as const).flatMap((kind) => namedThings(facts, kind))
  return things.map(({ kind, name, where, workplace }) => ({
    path: kind === 'file' ? placeOfFile(name) : name,
    why: workplace === true ? `It works in ${name}.` : `${where} names ${name}.`,
  }))
}

/** Where logs are, they are replaced by new ones, and a mount stays on the old file. */
function placeOfFile(path: string): string {
  return ownDirectory(path) ?? (isBelow(path, '/var/log') ? dirname(path) : path)
}

/** A service of a user keeps what it has in the home, whenever it comes to that. */
function foldersOfUser({ ofUser }: Facts): Writing[] {
  if (ofUser === undefined) return []
  return [
    { path: ofUser.home, why: `It is a service of a user, whose files are below ${ofUser.home}.` },
    { path: ofUser.runtime, why: `Services of a user have their sockets below ${ofUser.runtime}.` },
  ]
}

/** Spools of programs with rights of their own: a service's account can't write there, and they can (hier(7)). */
function spoolsOfHelpers(facts: Facts): Writing[] {
  const why = mayGainRights(facts)
  return why === undefined
    ? []
    : [{ path: '/var/spool', why: `Programs that it may start have their queues there. ${why}` }]
}

/** Where those who log in may store files. */
function placesOfLogins(facts: Facts): Writing[] {
  const checker = passwordChecker(facts)
  if (checker === undefined) return []
  const places = facts.ofPeople ?? []
  return [{ path: '/home', why: `${checksPasswords(checker)}, who may store files.` }, ...places]
}

/**
 * Paths that must stay writable when everything else becomes read-only: paths seen written, and paths that are its own.
 */
export function placesWritten(facts: Facts): Writing[] {
  const covered = [...API, ...managedDirectories(facts), ...(temporaryIsShared(facts) ? [] : TEMPORARY)]
  const found = written(facts)
    .filter(
      ({ from, kind }) => kind !== 'directory' || from.some((one) => one === 'setting' || one === 'open'),
    )
    .filter(({ path }) => !isBelowAny(throughRun(path), covered))
    .map((fact) => ({
      path: placeOf(facts, fact),
      why: whySeen(facts, fact),
      onlyPid:
        fact.from.every((one) => one === 'pid-file') &&
        !isPidFileOfUnit(facts, fact) &&
        !isReadByRotation(facts, fact),
    }))
  const rotated = facts.logrotate
    .flatMap(({ matches }) => matches)
    .map((path) => ({ path: ownDirectory(path), why: `logrotate replaces logs in ${dirname(path)}.` }))
    .filter((one): one is Writing => one.path !== undefined && !isBelowAny(one.path, covered))
  const temporary = temporaryIsShared(facts)
    ? TEMPORARY.map((path) => ({ path, why: `${path} stays the shared one.` }))
    : []
  const owned = (facts.owned ?? []).filter(
    ({ path }) => !isEverybodys(path) && !isBelowAny(throughRun(path), covered),
  )
  return outermost([
    ...found,
    ...rotated,
    ...temporary,
    ...changedInClone(facts, covered),
    ...owned,
    ...foldersOfUser(facts),
    ...spoolsOfHelpers(facts),
    ...placesOfConfiguration(facts).filter(({ path }) => !isBelowAny(path, covered)),
    ...placesOfLogins(facts).filter(({ path }) => !isBelowAny(path, covered)),
  ])
}

/**
 * Files that its own processes changed while it was followed and have closed again: in its own directory, in one that
 * has a place for each account, or files that existed before. A refused write of this kind often leaves no log line.
 */
function changedInClone({ learned }: Facts, covered: readonly string[]): Writing[] {
  return (learned?.changed ?? []).flatMap((file) => {
    const path = throughRun(file.path)
    const made = file.uses.includes('create') || file.uses.includes('remove')
    const place = placeOfAccounts(path) ?? ownDirectory(path) ?? (made ? undefined : path)
    if (file.sightings.length === 0 || place === undefined) return []
    return isBelowAny(path, [...covered, ...TEMPORARY]) ? [] : [{ path: place, why: changedText(file) }]
  })
}

/** A rotation that reads the pid file would fail at night without it, and no clone shows that. */
function isReadByRotation(facts: Facts, { path }: WritableFact): boolean {
  const named = [path, throughRun(path), path.replace(/^\/run\//, '/var/run/')]
  return facts.logrotate.some(({ postrotate }) =>
    postrotate.some((line) => named.some((name) => line.includes(name))),
  )
}

/** Whether PrivateTmp=yes, which brings its own /tmp and /var/tmp, is out of the question, or left to the person. */
function temporaryIsShared(facts: Facts): boolean {
  if (isOn(facts, 'PrivateTmp')) return false
  return sharedTemporary(facts) !== undefined || possibleNow(facts).some(({ use }) => use === 'temporary')
}

/** What others look for in /tmp, in words: a socket, or a file that its configuration names. */
export function sharedTemporary(facts: Facts): string | undefined {
  const socket = socketInTemporary(facts)
  if (socket !== undefined) return `Others reach it through the socket ${socket}.`
  const [named] = namedThings(facts, 'temporary')
  return named && `${named.where} names ${named.name}, where others may look for it.`
}

/** A socket in /tmp that others connect to. With its own /tmp they could not. */
function socketInTemporary(facts: Facts): string | undefined {
  const inTemporary = (path: string | undefined) => path !== undefined && isBelowAny(path, TEMPORARY)
  const socket = facts.sockets.find(
    ({ family, address, peer }) => family === 'AF_UNIX' && (inTemporary(address) || inTemporary(peer)),
  )
  if (!socket) return undefined
  return inTemporary(socket.address) ? socket.address : socket.peer
}

/**
 * The service's own directory, since services replace files in it. A file directly in a shared directory is listed
 * alone if nobody replaces it: a mount stays on the old file.
 */
function placeOf(facts: Facts, { path, kind, from }: WritableFact): string {
  const own = kind === 'directory' ? path : ownDirectory(path)
  if (own !== undefined) return own
  const replaced = facts.logrotate.some(
    ({ matches, copytruncate }) => !copytruncate && matches.includes(path),
  )
  const madeBefore = (facts.unit.execSource.ExecStartPre ?? []).some(
    (line) => /\binstall\b/.test(line) && line.includes(path),
  )
  if (from.includes('setting') || madeBefore) return path
  return replaced || kind === 'socket' || from.includes('pid-file') || isVolatile(path) ? dirname(path) : path
}

function whySeen(facts: Facts, { path, from }: WritableFact): string {
  const holder = facts.processes.find(({ openFiles }) =>
    openFiles.some((file) => file.writable && file.path === path),
  )
  if (holder)
    return `${holder.name} (pid ${holder.pid}, uid ${holder.uid.effective}) holds ${path} open for writing.`
  if (from.includes('pid-file'))
    return isPidFileOfUnit(facts, { path }) ? `PIDFile= names ${path}.` : `Its pid file is ${path}.`
  if (from.includes('listening')) return `It creates the socket ${path}.`
  if (from.includes('logrotate')) return `logrotate rotates ${path}.`
  return `The unit's settings name ${path} as writable.`
}

/** systemd waits for the file that PIDFile= names. */
function isPidFileOfUnit(facts: Facts, { path }: Pick<WritableFact, 'path'>): boolean {
  return throughRun(setting(facts, 'PIDFile') ?? '') === throughRun(path)
}

function outermost(places: readonly Writing[]): Writing[] {
  const first = places.filter(({ path }, at) => places.findIndex((other) => other.path === path) === at)
  const paths = first.map(({ path }) => path)
  return first
    .filter(({ path }) => !isBelowAnother(path, paths))
    .map((place) => ({
      ...place,
      onlyPid: places.every(({ path, onlyPid }) => onlyPid === true || !isBelow(path, place.path)),
    }))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}
