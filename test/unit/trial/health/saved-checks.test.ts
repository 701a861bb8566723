import { describe, expect, it } from 'vitest'
import type { FileStat, Host } from '../../../../src/host/host.ts'
import { SYSTEM_MANAGER } from '../../../../src/host/manager.ts'
import {
  parseSavedChecks,
  readSavedChecks,
  SavedChecksError,
} from '../../../../src/trial/health/saved-checks.ts'

const FOLDERS = ['/etc/hardenctl', '/etc/hardenctl/checks.d', '/etc/hardenctl/checks.d/x.service']
const FILE = `${FOLDERS[2]}/10-use.conf`
const ROOTS = { uid: 0, gid: 0, size: 10, device: '1', inode: '1' }

function hostOf(texts: Record<string, string>, other: Record<string, Partial<FileStat>> = {}): Host {
  const stats: Record<string, FileStat> = {}
  for (const path of FOLDERS)
    stats[path] = { ...ROOTS, kind: 'directory', mode: 0o755, links: 2, ...other[path] }
  for (const path of Object.keys(texts))
    stats[path] = { ...ROOTS, kind: 'file', mode: 0o644, links: 1, ...other[path] }
  return {
    manager: SYSTEM_MANAGER,
    stat: async (path: string) => stats[path],
    read: async (path: string) => texts[path],
    list: async (folder: string) =>
      Object.keys(texts).flatMap((path) =>
        path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : [],
      ),
  } as unknown as Host
}

describe('checks and exercises that root wrote down', () => {
  it('are read in the order of their names, without comments and other files', async () => {
    const host = hostOf({
      [FILE]: '# a use\n\nExercise = as=app exit=1 /opt/use "a b"\nCheck=tcp:::1:80\n; old\n',
      [`${FOLDERS[2]}/20-more.conf`]: 'Check=unix:/run/x\n',
      [`${FOLDERS[2]}/20-more.conf~`]: 'rubbish',
    })
    expect(await readSavedChecks(host, 'x.service')).toEqual({
      checks: ['tcp:::1:80', 'unix:/run/x'],
      exercises: ['as=app exit=1 /opt/use "a b"'],
    })
  })

  it('are none for another unit', async () => {
    const none = { checks: [], exercises: [] }
    expect(await readSavedChecks(hostOf({ [FILE]: 'Exercise=x' }), 'y.service')).toEqual(none)
  })

  it.each<[string, string, Partial<FileStat>]>([
    ['somebody else’s', FILE, { uid: 33 }],
    ['writable by a group', FILE, { mode: 0o664 }],
    ['writable by all', FILE, { mode: 0o646 }],
    ['a link', FILE, { kind: 'link' }],
    ['with a second name', FILE, { links: 2 }],
    ['large', FILE, { size: 65_537 }],
    ...FOLDERS.flatMap((folder): [string, string, Partial<FileStat>][] => [
      ['somebody else’s', folder, { uid: 33 }],
      ['writable by a group', folder, { mode: 0o775 }],
      ['a link', folder, { kind: 'link' }],
    ]),
  ])('are not trusted where one is %s: %s', async (_, path, stat) => {
    const reading = readSavedChecks(hostOf({ [FILE]: 'Exercise=x' }, { [path]: stat }), 'x.service')
    await expect(reading).rejects.toThrow(SavedChecksError)
    await expect(reading).rejects.toThrow(path)
  })

  it.each([
    'Exercise=',
    'Exercise=exit=900 x',
    'Check=tcp:80',
    'exercise=x',
    'Execute=x',
    '[Section]',
    'Exercise="x',
  ])('%j is refused with its place', (line) => {
    expect(() => parseSavedChecks(`# c\n${line}\n`, '/f')).toThrow(/^\/f:2: [^\n]+$/)
  })

  it('are bounded in number', () => {
    expect(() => parseSavedChecks('Exercise=x\n'.repeat(65), '/f')).toThrow(SavedChecksError)
  })
})
