import type { Host } from '../../host/host.ts'
import { type BlindSpots, orBlindSpot } from '../blind-spots.ts'

/** What belongs to root in a folder of data. */
export interface RootFiles {
  folder: string
  files: RootFile[]
  /** There are more than are listed. */
  more: boolean
}

export interface RootFile {
  path: string
  kind: 'file' | 'directory' | 'device'
  mode: number
  /** Names of the file (hard links). */
  links: number
}

/** Who would give away more files than a person reads through should be asked for the whole tree instead. */
const MAX_FILES = 200
const FIND_TIMEOUT_MS = 10_000
const KINDS: Record<string, RootFile['kind']> = { f: 'file', d: 'directory', b: 'device', c: 'device' }

/** Files from find's `-printf '%y %n %m %p\0'`. Links, sockets and pipes are left out: who may make them anew needs none. */
export function filesPrinted(printed: string): RootFile[] {
  return printed.split('\0').flatMap((record): RootFile[] => {
    const [, letter = '', links, mode = '', path] = /^(\S) (\d+) ([0-7]+) (\/.*)$/s.exec(record) ?? []
    const kind = KINDS[letter]
    if (path === undefined || kind === undefined) return []
    return [{ path, kind, mode: Number.parseInt(mode, 8), links: Number(links) }]
  })
}

/** What belongs to root in these folders, each with itself, and without what is mounted there. */
export async function readRootFiles(
  host: Host,
  folders: readonly string[],
  gaps: BlindSpots,
): Promise<RootFiles[]> {
  return Promise.all(
    folders.map(async (folder) => {
      const argv = ['find', folder, '-xdev', '-uid', '0', '-printf', '%y %n %m %p\\0']
      const found = await orBlindSpot(gaps, argv.join(' '), host.run(argv, { timeoutMs: FIND_TIMEOUT_MS }))
      const files = filesPrinted(found?.stdout ?? '')
      const whole = found !== undefined && found.exitCode === 0 && files.length <= MAX_FILES
      return { folder, files: files.slice(0, MAX_FILES), more: !whole }
    }),
  )
}
