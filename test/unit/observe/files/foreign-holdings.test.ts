import { describe, expect, test } from 'vitest'
import {
  foreignOpenFiles,
  foreignOwners,
  foreignSockets,
  otherUnitsFolders,
  readForeignHoldings,
  runFolders,
  tmpfilesFolders,
} from '../../../../src/observe/files/foreign-holdings.ts'
import { listening, process, wrote } from '../../catalog/build-facts.ts'
import { memoryHost } from '../memory-host.ts'

const FOLDERS = ['/run/pair']

describe('the folders of /run in which a service makes files', () => {
  test.each([
    ['a file in a folder', '/run/pair/a.pid', ['/run/pair']],
    ['a deeper file', '/run/pair/deep/a.sock', ['/run/pair']],
    ['by the older name', '/var/run/pair/a.pid', ['/run/pair']],
    ['below the lock folder', '/run/lock/pair/a', ['/run/lock/pair']],
    ['straight in /run', '/run/a.pid', []],
    ['straight in the lock folder', '/run/lock/a', []],
    ['elsewhere', '/var/lib/pair/a', []],
  ])('%s', (_, path, expected) => {
    expect(runFolders([wrote(path, 0, 0o644)])).toEqual(expected)
  })
})

describe('what is not the service’s own', () => {
  test('a socket that no process of the unit holds, under either name of /run', () => {
    const table = [
      'Num       RefCount Protocol Flags    Type St Inode Path',
      'ffff: 00000002 00000000 00010000 0001 01 501 /var/run/pair/theirs',
      'ffff: 00000002 00000000 00010000 0001 01 502 /run/pair/ours',
      'ffff: 00000002 00000000 00010000 0001 01 503 /run/pairs/elsewhere',
      'ffff: 00000002 00000000 00010000 0001 01 504',
    ].join('\n')
    expect(foreignSockets(table, FOLDERS, new Set(['502'])).map(({ path }) => path)).toEqual([
      '/run/pair/theirs',
    ])
  })

  test('an entry of another account, whatever its name holds', () => {
    const printed = 's 0 /run/pair/a\0f 107 /run/pair/b c\nd\0f 33 /run/pair/e\0'
    expect(foreignOwners(printed, new Set([0, 33])).map(({ path }) => path)).toEqual(['/run/pair/b c\nd'])
  })

  test('a file that another process holds open', () => {
    const printed = '/proc/12/fd/3 /run/pair/a\0/proc/13/fd/4 /run/pair/b\0'
    expect(foreignOpenFiles(printed, new Set([12])).map(({ path }) => path)).toEqual(['/run/pair/b'])
  })

  test('a folder that tmpfiles.d makes, but not one that it only cleans or removes', () => {
    const config =
      'd /run/pair 0770 root pair -\nD! "/var/run/pair/deep" - - -\nr /run/pair/old\nd /run/other\n'
    expect(tmpfilesFolders(config, FOLDERS).map(({ path }) => path)).toEqual(['/run/pair', '/run/pair/deep'])
  })

  test('a folder that another unit has systemd make', () => {
    const shown = 'Id=a.service\nRuntimeDirectory=pair\n\nId=b.service\nRuntimeDirectory=x pair/deep:link\n'
    expect(otherUnitsFolders(shown, 'a.service', FOLDERS)).toEqual([
      { path: '/run/pair/deep', by: 'unit', why: 'systemd creates /run/pair/deep for b.service' },
    ])
  })
})

test('a pid file counts while its process lives and is not of the unit', async () => {
  const find = 'find /run/pair -xdev -mindepth 1 -printf %y %U %p\\0'
  const host = memoryHost({
    files: {
      '/run/pair/a.pid': '7\n',
      '/run/pair/b.pid': '8\n',
      '/run/pair/c.pid': '9\n',
      '/proc/7/stat': '',
      '/proc/8/stat': '',
    },
    programs: { [find]: 'f 0 /run/pair/a.pid\0f 0 /run/pair/b.pid\0f 0 /run/pair/c.pid\0' },
  })
  const seen = {
    processes: [process(7, 0, { isMain: true })],
    sockets: [listening('AF_UNIX', '/run/pair/s', 0, [7])],
    writable: [wrote('/run/pair/a.pid', 0, 0o644)],
  }
  const found = await readForeignHoldings(host, 'a.service', seen, new Set())
  expect(found.map(({ path }) => path)).toEqual(['/run/pair/b.pid'])
})
