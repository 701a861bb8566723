import { expect, test } from 'vitest'
import { filesPrinted } from '../../../../src/observe/files/root-files.ts'

test('files, folders and devices, whatever their names; links, sockets and pipes need no owner', () => {
  const records = [
    'd 2 755 /var/lib/a',
    'f 1 4644 /var/lib/a/one\ntwo 3',
    'f 2 600 /var/lib/a/x',
    'c 1 600 /var/lib/a/tty',
    'l 1 777 /var/lib/a/link',
    's 1 755 /var/lib/a/socket',
    'nonsense',
  ]
  expect(filesPrinted(`${records.join('\0')}\0`)).toEqual([
    { path: '/var/lib/a', kind: 'directory', mode: 0o755, links: 2 },
    { path: '/var/lib/a/one\ntwo 3', kind: 'file', mode: 0o4644, links: 1 },
    { path: '/var/lib/a/x', kind: 'file', mode: 0o600, links: 2 },
    { path: '/var/lib/a/tty', kind: 'device', mode: 0o600, links: 1 },
  ])
})
