import { expect, test } from 'vitest'
import { readProgramFolders } from '../../../../src/observe/files/program-folders.ts'
import { memoryHost } from '../memory-host.ts'

test('the programs of folders that its own programs name, and not those of folders that all have', async () => {
  const folder = { stat: { kind: 'directory' as const } }
  const files = { '/usr/lib/srv': folder, '/usr/lib/x86_64-linux-gnu': folder, '/usr/lib/other': folder }
  const find = (path: string) => `find ${path}/ -maxdepth 2 -type f -perm /111 -print0`
  const programs = {
    [find('/usr/lib/srv')]: '/usr/lib/srv/back/one\0/usr/lib/srv/two.so\0',
    [find('/usr/lib/other')]: '/usr/lib/other/x\0',
    [find('/usr/lib/x86_64-linux-gnu')]: '/usr/lib/x86_64-linux-gnu/y\0',
  }
  const own = { by: '/usr/sbin/srv', names: ['/usr/lib/srv', '/usr/lib/x86_64-linux-gnu'], isOwn: true }
  const library = { by: '/usr/lib/libz.so', names: ['/usr/lib/other'], isOwn: false }
  expect(await readProgramFolders(memoryHost({ files, programs }), [own, library], new Set())).toEqual([
    { path: '/usr/lib/srv', by: '/usr/sbin/srv', programs: ['/usr/lib/srv/back/one'] },
  ])
})
