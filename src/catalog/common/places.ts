import { dirname } from 'node:path/posix'
import { isBelow, isBelowAny, throughRun } from '../../host/paths.ts'
import type { Facts, WritableFact } from '../../observe/facts.ts'
import { OF_ACCOUNTS } from '../../observe/files/owned-folders.ts'
import { MANAGING_SETTINGS, managedPaths } from '../../systemd/settings/managed-directories.ts'
import { unique } from './proposal.ts'
import { words } from './unit-settings.ts'

/** Directories that many services share (file-hierarchy(7)): never given to one of them. */
const SHARED = new Set([
  '/',
  '/boot',
  '/dev',
  '/dev/shm',
  '/etc',
  '/home',
  '/mnt',
  '/opt',
  '/root',
  '/run',
  '/run/dbus',
  '/run/lock',
  '/run/log',
  '/run/systemd',
  '/run/user',
  '/srv',
  '/tmp',
  '/usr',
  '/usr/local',
  '/var',
  '/var/cache',
  '/var/lib',
  '/var/lib/private',
  '/var/local',
  '/var/log',
  '/var/log/journal',
  '/var/mail',
  '/var/opt',
  '/var/spool',
  '/var/tmp',
  '/var/www',
])

/** Of everybody, and emptied at times. */
export const TEMPORARY = ['/tmp', '/var/tmp']

/** Of many services, however it is called. A folder below /etc or /usr may be one service's own. */
export function isEverybodys(directory: string): boolean {
  return SHARED.has(directory)
}

export function isShared(directory: string): boolean {
  return isEverybodys(directory) || SYSTEM.test(directory)
}

const SYSTEM = /^\/(etc|usr|bin|sbin|lib|lib64|boot|dev|proc|sys|home|root)(\/|$)/

/** Directories that systemd already creates for the unit: writable under ProtectSystem=strict without another line. */
export function managedDirectories(facts: Facts): string[] {
  return MANAGING_SETTINGS.flatMap((key) => managedPaths(key, words(facts, key)))
}

/** The service's own directory that contains a file: the highest below a shared one. Undefined if there is none. */
export function ownDirectory(path: string): string | undefined {
  let found: string | undefined
  for (let at = dirname(path); at !== '/' && at !== '.'; at = dirname(at)) {
    if (isShared(at)) return found
    found = at
  }
  return undefined
}

/** The folder for all accounts that a path is in: who writes for one of them writes for each. */
export function placeOfAccounts(path: string): string | undefined {
  return OF_ACCOUNTS.find((folder) => isBelow(path, folder))
}

/** Files and sockets that are written, with their real paths. A shared folder among the facts is left out. */
export function written(facts: Facts): WritableFact[] {
  return facts.writable.filter(({ path, kind }) => kind !== 'directory' || !isShared(path))
}

/**
 * The name below /run that RuntimeDirectory= would create for a file: "apache2", "lock/apache2". Undefined for a file
 * directly in a shared directory.
 */
function runtimeName(path: string): string | undefined {
  const real = throughRun(path)
  if (!real.startsWith('/run/')) return undefined
  return ownDirectory(real)?.slice('/run/'.length)
}

/** Names for RuntimeDirectory=, from the files seen below /run; subdirectories follow their parents. */
export function runtimeNames(facts: Facts): string[] {
  const open = facts.processes
    .flatMap(({ openFiles }) => openFiles)
    .filter(({ writable, kind }) => writable && kind === 'file')
    .map(({ path }) => path)
  const files = written(facts).map(({ path, kind }) => (kind === 'directory' ? `${path}/.` : path))
  const managed = managedDirectories(facts)
  return unique(
    [...files, ...open].map(throughRun).flatMap((path) => {
      const name = runtimeName(path)
      if (
        name === undefined ||
        /^(user|systemd|dbus|log)\//.test(name) ||
        isBelowAny(`/run/${name}`, managed)
      )
        return []
      const folder = dirname(path).slice('/run/'.length)
      return folder === name ? [name] : [name, folder]
    }),
  ).sort()
}

/**
 * A path as a list setting of a unit holds it: blanks, quotes and backslashes behind a backslash, "%" doubled.
 * systemd splits these lists without C escapes ("\x20" stays "x20", seen on 252). Undefined for a path that holds
 * control characters, which no line can.
 */
export function unitPath(path: string): string | undefined {
  if (!path.startsWith('/') || /\p{Cc}|\ufffd/u.test(path)) return undefined
  return path.replaceAll(/[\s"'\\]/g, (character) => `\\${character}`).replaceAll('%', '%%')
}

/** unitPath for an Exec line, where a "$" and a leading ";" mean something too. Only plain paths are taken. */
export function execPath(path: string): string | undefined {
  return /^\/[\w./+:@,=~-]*$/.test(path) ? path : undefined
}

/** Whether a path lies in the run directories, which are empty at every boot. */
export function isVolatile(path: string): boolean {
  return throughRun(path).startsWith('/run/')
}
