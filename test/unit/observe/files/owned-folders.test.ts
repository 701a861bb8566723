import { expect, test } from 'vitest'
import { isOpenToAll } from '../../../../src/observe/files/open-to-all.ts'
import {
  foldersOfAccounts,
  foldersOfPackages,
  foldersWithLists,
  readFoldersOfPeople,
  readOwnedFolders,
} from '../../../../src/observe/files/owned-folders.ts'
import { process } from '../../catalog/build-facts.ts'
import { memoryHost } from '../memory-host.ts'

test('a folder of its account, and one that its group may write', () => {
  const printed = '33 33 /var/lib/x\0' + '0 33 /var/spool/x y\0' + 'torn'
  expect(foldersOfAccounts(printed, [33])).toEqual([
    { path: '/var/lib/x', why: '/var/lib/x belongs to uid 33, its account.' },
    { path: '/var/spool/x y', why: '/var/spool/x y can be written by its group 33.' },
  ])
})

test('what a package brought for data, and neither its programs nor its settings', () => {
  const listed =
    '/.\n/etc\n/etc/x\n/usr/sbin/x\n/var\n/var/lib\n/var/lib/x\n/var/lib/x/deep\n/var/spool/x\n/srv/x\n'.split(
      '\n',
    )
  expect(foldersOfPackages(listed).map(({ path }) => path)).toEqual(['/var/lib/x', '/var/spool/x', '/srv/x'])
})

test('asks for the accounts of the processes alone, in all folders for data', async () => {
  const asked: string[][] = []
  const host = memoryHost({ files: { '/data/x': 'x', '/proc/1/comm': 'x' } })
  const run: typeof host.run = async (argv, options) => {
    asked.push([...argv])
    return host.run(argv, options)
  }
  const processes = [process(1, 0), process(2, 33), process(3, 65534)]
  await readOwnedFolders({ ...host, run }, processes, [], new Set())
  const find = asked.find(([program]) => program === 'find') ?? []
  // Also what lies in / and in no other hierarchy.
  expect(find.slice(1, find.indexOf('-maxdepth'))).toEqual(expect.arrayContaining(['/var', '/opt', '/data']))
  expect(find).not.toContain('/proc')
  expect(find.filter((_, at) => find[at - 1] === '-uid')).toEqual(['33'])
  expect(find.filter((_, at) => find[at - 1] === '-gid')).toEqual(['33'])
})

test('tells a folder of the administrator’s whose files everybody may read', async () => {
  const folder = (mode: number) => ({ stat: { kind: 'directory', mode } as const })
  const files = {
    '/': folder(0o755),
    '/srv': folder(0o755),
    '/srv/open': folder(0o755),
    '/srv/closed': folder(0o750),
    '/srv/inner': folder(0o700),
    '/srv/inner/open': folder(0o755),
    '/var/lib/open': folder(0o755),
  }
  const host = memoryHost({ files })
  const names = ['/srv/open', '/srv/closed', '/var/lib/open']
  const folders = await readOwnedFolders(host, [], names, new Set())
  expect(folders.filter(({ open }) => open).map(({ path }) => path)).toEqual(['/srv/open'])
  expect(await isOpenToAll(host, '/srv/inner/open', new Set())).toBe(false)
})

test('tells a setgid folder in one of its own, and asks for none among logs', async () => {
  const asked: string[][] = []
  const memory = memoryHost({ files: { '/srv/git/x': 'x', '/srv/plain/x': 'x', '/var/log/srv/x': 'x' } })
  const run: typeof memory.run = async (argv) => {
    asked.push([...argv])
    return { argv, exitCode: 0, stdout: '/srv/git/site/objects\0', stderr: '', timedOut: false }
  }
  const packaged = ['/srv/git', '/srv/plain', '/var/log/srv']
  const folders = await readOwnedFolders({ ...memory, run }, [], packaged, new Set())
  expect(folders.map(({ path, setgid }) => [path, setgid])).toEqual([
    ['/srv/git', '/srv/git/site/objects'],
    ['/srv/plain', undefined],
    ['/var/log/srv', undefined],
  ])
  expect(asked.flat()).not.toContain('/var/log/srv')
})

test('folders that an access control list opens', () => {
  const listed = `drwxrwxr-x+ 2 0 0 4096 Nov 27 08:00 /data/my reports
drwxr-xr-x  2 0 0 4096 Nov 27 08:00 /data/plain
drwxr-sr-x+ 3 0 4 4096 Nov 27 08:00 /var/log/journal
`
  expect(foldersWithLists(listed).map(({ path }) => path)).toEqual(['/data/my reports'])
})

test('what people may write: folders for all accounts, and those that one of them owns', async () => {
  const memory = memoryHost({ files: { '/home/ann/x': 'x', '/var/mail/ann': 'x', '/data/x': 'x' } })
  const run: typeof memory.run = async (argv) => ({
    argv,
    exitCode: 0,
    stdout: '1000 1000 /data/team\0' + '1000 1000 /var/mail/ann\0',
    stderr: '',
    timedOut: false,
  })
  const found = await readFoldersOfPeople({ ...memory, run }, new Set())
  expect(found.map(({ path }) => path).sort()).toEqual(['/data/team', '/home', '/var/mail'])
})
