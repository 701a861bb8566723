import type { FileStat, Host } from '../../../../src/host/host.ts'
import { SYSTEM_MANAGER } from '../../../../src/host/manager.ts'

/** A machine with these files of root's, and folders as they are needed. */
export function machine(files: Record<string, string> = {}, other: Record<string, Partial<FileStat>> = {}) {
  const folders = new Set<string>(Object.keys(other).filter((path) => !(path in files)))
  for (const path of Object.keys(files))
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1))
      folders.add(path.slice(0, at))
  const modes: Record<string, number> = {}
  const roots = { uid: 0, gid: 0, size: 10, device: '1', inode: '1' }
  const host = {
    manager: SYSTEM_MANAGER,
    stat: async (path: string) => {
      if (path in files) return { ...roots, kind: 'file', mode: 0o644, links: 1, ...other[path] }
      if (folders.has(path)) return { ...roots, kind: 'directory', mode: 0o755, links: 2, ...other[path] }
      return undefined
    },
    read: async (path: string) => files[path],
    list: async (folder: string) =>
      Object.keys(files).flatMap((path) =>
        path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : [],
      ),
    makeDirectory: async (path: string, mode: number) => {
      folders.add(path)
      modes[path] = mode
    },
    write: async (path: string, text: string, mode: number) => {
      files[path] = text
      modes[path] = mode
    },
  } as unknown as Host
  return { host, files, modes }
}
