import type { FileStat, Host, RunResult } from '../../../src/host/host.ts'
import { HostError } from '../../../src/host/host.ts'
import { SYSTEM_MANAGER } from '../../../src/host/manager.ts'

/** What stands at a path: a text, bytes, a link, what stat tells with a text, or an error that every reading of it meets. */
export type Entry =
  | string
  | Uint8Array
  | { link: string }
  | { stat: Partial<FileStat>; text?: string }
  | { error: string }

export interface MemoryMachine {
  files: Record<string, Entry>
  /** Ids by control group folder. */
  groups?: Record<string, number[]>
  /** Output of programs by their arguments joined by blanks; a program that is not here can't be started. */
  programs?: Record<string, string>
}

/** A machine in memory, for the readers' own logic. Everything that needs a real /proc is tried in the lab. */
export function memoryHost({ files, groups = {}, programs = {} }: MemoryMachine): Host {
  const entry = (path: string): Entry | undefined => {
    const found = files[path]
    if (typeof found === 'object' && 'error' in found) throw new HostError(path, found.error)
    return found
  }
  const refuse = async (): Promise<never> => {
    throw new HostError('nothing may be changed by looking', 'EROFS')
  }
  const list = async (path: string) => {
    entry(path)
    const inside = path === '/' ? path : `${path}/`
    const names = Object.keys(files)
      .filter((file) => file.startsWith(inside))
      .map((file) => file.slice(inside.length).split('/')[0] as string)
    return [...new Set(names)].sort()
  }
  const readlink = async (path: string) => {
    const found = entry(path)
    return typeof found === 'object' && 'link' in found ? found.link : undefined
  }
  const stat = async (path: string) => {
    const found = entry(path)
    if (found === undefined)
      return (await list(path)).length > 0 ? fileStat(path, { kind: 'directory' }) : undefined
    if (typeof found === 'object' && 'stat' in found) return fileStat(path, found.stat)
    return fileStat(path, { kind: typeof found === 'object' && 'link' in found ? 'link' : 'file' })
  }
  return {
    name: 'memory',
    isClone: false,
    manager: SYSTEM_MANAGER,
    groupMembers: async (folder) => groups[folder] ?? [],
    async run(argv) {
      const stdout = programs[argv.join(' ')]
      const result: RunResult = { argv, exitCode: 0, timedOut: false, stdout: stdout ?? '', stderr: '' }
      return stdout === undefined ? { ...result, exitCode: undefined } : result
    },
    async read(path) {
      const found = entry(path)
      return typeof found === 'string' ? found : undefined
    },
    async readBytes(path, limit) {
      const found = entry(path)
      const text = typeof found === 'object' && 'stat' in found ? found.text : found
      if (typeof text === 'string') return new TextEncoder().encode(text).subarray(0, limit)
      return found instanceof Uint8Array ? found.subarray(0, limit) : undefined
    },
    list,
    stat,
    readlink,
    async resolve(path) {
      let real = ''
      for (const name of path.split('/').slice(1))
        real = (await readlink(`${real}/${name}`)) ?? `${real}/${name}`
      return (await stat(real)) === undefined ? undefined : real
    },
    write: refuse,
    makeDirectory: refuse,
    remove: refuse,
    changeOwner: refuse,
    probe: refuse,
  }
}

function fileStat(path: string, given: Partial<FileStat>): FileStat {
  const stat: FileStat = {
    kind: 'file',
    uid: 0,
    gid: 0,
    mode: 0o644,
    size: 0,
    device: '1',
    inode: path.replace(/^\/proc\/\d+\/root/, ''),
    links: 1,
  }
  return { ...stat, ...given }
}
