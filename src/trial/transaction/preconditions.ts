import type { Host } from '../../host/host.ts'
import type { Manager } from '../../host/manager.ts'
import { first, showUnit } from '../../systemd/manager/show.ts'
import type { DropInPart } from '../../systemd/settings/drop-in.ts'
import { editedKept } from './foreign-changes.ts'
import { undoStands } from './undo-file.ts'

/**
 * KiB that must be free where a trial writes. PID 1 refuses to read its unit files with less than 16 MiB in /run
 * (RELOAD_DISK_SPACE_MIN in systemd's manager.h), and a trial that can't be reloaded can't be undone either.
 */
const ROOM: Readonly<Record<keyof Manager['places'], number>> = { run: 20 * 1024, config: 256, state: 256 }

/** Each place, and the KiB that must be free there. */
function roomIn({ places }: Manager): [string, number][] {
  return [
    [places.run, ROOM.run],
    [places.config, ROOM.config],
    [places.state, ROOM.state],
  ]
}

/** The file system with too little space, from the free KiB that `df` lists in order; undefined if all have enough. */
export function lowDiskSpace(manager: Manager, df: string): string | undefined {
  const lines = df.trim().split('\n').slice(1)
  for (const [at, [path, needed]] of roomIn(manager).entries()) {
    const [, free = ''] = /^\s*(\d+)/.exec(lines[at] ?? '') ?? []
    if (free !== '' && Number(free) < needed) {
      return `${path} has only ${free} KiB free, a trial needs ${needed}`
    }
  }
  return undefined
}

/** The file system that has too little space now, in a sentence; undefined if all have enough. */
export async function lackingRoom(host: Host): Promise<string | undefined> {
  const df = await host.run(['df', '-k', '--output=avail', ...roomIn(host.manager).map(([path]) => path)])
  return df.exitCode === 0 ? lowDiskSpace(host.manager, df.stdout) : undefined
}

/** Where hardenctl and the manager write for a trial and its undo, as far as it exists in any case. */
function writtenPlaces({ kind, places }: Manager): string[] {
  return kind === 'system' ? ['/etc/systemd/system', '/run/systemd', '/var/lib'] : Object.values(places)
}

/** Why nothing can be written into one of these folders, in a sentence; undefined if something can. */
export async function closedFolder(host: Host, folders: readonly string[]): Promise<string | undefined> {
  for (const path of folders)
    if ((await host.run(['test', '-w', path])).exitCode !== 0)
      return `${path} can't be written to; it may be mounted read-only`
  return undefined
}

/** Why nothing can be changed on this host now, in a sentence; undefined if something can. */
export async function unwritable(host: Host): Promise<string | undefined> {
  return (await closedFolder(host, writtenPlaces(host.manager))) ?? lackingRoom(host)
}

/**
 * Why nothing may begin that needs an undo, in a sentence: an unfinished undo whose script would be overwritten, a unit
 * without a file, a kept drop-in that somebody edited, or too little space.
 */
export async function blockingReason({
  host,
  unit,
  keptBefore,
}: {
  host: Host
  unit: string
  keptBefore?: readonly DropInPart[]
}): Promise<string | undefined> {
  if (await undoStands(host, unit)) {
    return 'systemd is still undoing an earlier trial and tries again each minute; nothing was changed'
  }
  if (first(await showUnit(host, unit, ['LoadState']), 'LoadState') !== 'loaded')
    return `${unit} has no unit file any more, so it could not be started after a stop; nothing was changed`
  const edited = keptBefore && (await editedKept(host, unit, keptBefore))
  if (edited !== undefined) return `${edited}: somebody else changes this service; nothing was changed`
  const lacking = await lackingRoom(host)
  return lacking === undefined ? undefined : `${lacking}: free some space first; nothing was changed`
}
