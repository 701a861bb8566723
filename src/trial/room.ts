import type { Host } from '../host/host.ts'

/**
 * KiB that must be free where a trial writes. PID 1 refuses to read its unit files with less than 16 MiB in /run
 * (RELOAD_DISK_SPACE_MIN in systemd's manager.h), and a trial that can't be reloaded can't be undone either.
 */
const ROOM: Readonly<Record<string, number>> = { '/run': 20 * 1024, '/etc': 256, '/var/lib': 256 }

/** Which file system has too little room for a trial, in a sentence; undefined when all have enough. */
export function lackOfRoom(df: string): string | undefined {
  const lines = df.trim().split('\n').slice(1)
  for (const [at, [path, needed]] of Object.entries(ROOM).entries()) {
    const [, free = ''] = /^\s*(\d+)/.exec(lines[at] ?? '') ?? []
    if (free !== '' && Number(free) < needed) {
      return `${path} has only ${free} KiB free, a trial needs ${needed}: make room there first; nothing was changed`
    }
  }
  return undefined
}

/** `df` over the file systems that a trial writes to, as `lackOfRoom` reads it. Empty when it can't be asked. */
export async function readRoom(host: Host): Promise<string> {
  const result = await host.run(['df', '-k', '--output=avail', ...Object.keys(ROOM)])
  return result.exitCode === 0 ? result.stdout : ''
}
