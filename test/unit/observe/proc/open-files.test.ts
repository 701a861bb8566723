import { describe, expect, test } from 'vitest'
import {
  isOpenForWriting,
  parseLinkTarget,
  pathThrough,
  readOpenFiles,
} from '../../../../src/observe/proc/open-files.ts'
import { memoryHost } from '../memory-host.ts'

test.each([
  ['pos:\t0\nflags:\t0100000\nmnt_id:\t24\nino:\t3\n', false],
  ['pos:\t0\nflags:\t0100001\n', true],
  ['pos:\t0\nflags:\t02102002\n', true],
  ['pos:\t0\nflags:\t02004002\n', true],
  ['', false],
])('fdinfo %j', (text, writable) => {
  expect(isOpenForWriting(text)).toBe(writable)
})

test.each([
  ['socket:[8045]', { kind: 'socket', inode: '8045' }],
  ['pipe:[77]', { kind: 'pipe' }],
  ['anon_inode:[eventpoll]', { kind: 'other' }],
  ['anon_inode:bpf-map', { kind: 'other' }],
  ['mnt:[4026531832]', { kind: 'other' }],
  ['/memfd:secret (deleted)', { kind: 'other' }],
  ['/var/log/socket:[1]', { kind: 'path' }],
])('link to %s', (target, parsed) => {
  expect(parseLinkTarget(target)).toEqual(parsed)
})

test.each([
  ['/', [], '/tmp/a', '/tmp/a'],
  ['/', ['net'], '/tmp/a', '/tmp/a'],
  ['/', ['mnt'], '/tmp/a', '/proc/7/root/tmp/a'],
  ['/srv/jail', ['mnt'], '/srv/jail/a', '/proc/7/root/a'],
  ['/srv/jail', [], '/srv/jail/a', '/srv/jail/a'],
])('root %s, namespaces %j: %s', (root, ownNamespaces, path, through) => {
  expect(pathThrough({ pid: 7, root, ownNamespaces }, path)).toBe(through)
})

describe('the descriptors of a process', () => {
  const process = { pid: 7, root: '/', ownNamespaces: [] }
  const flags = (octal: string) => `pos:\t0\nflags:\t${octal}\n`
  const files = {
    '/proc/7/fd/0': { link: '/dev/null' },
    '/proc/7/fd/1': { link: '/var/log/a.log' },
    '/proc/7/fd/2': { link: '/tmp/gone (deleted)' },
    '/proc/7/fd/3': { link: '/srv/odd (deleted)' },
    '/proc/7/fd/4': { link: 'socket:[99]' },
    '/proc/7/fd/5': { link: '/srv/line\nbreak' },
    '/proc/7/fd/6': 'closed meanwhile: no link any more',
    '/proc/7/fd/10': { link: '/srv' },
    '/proc/7/fdinfo/0': flags('0100002'),
    '/proc/7/fdinfo/1': flags('02101'),
    '/proc/7/fdinfo/2': flags('02'),
    '/proc/7/fdinfo/3': flags('0'),
    '/proc/7/fdinfo/5': flags('01'),
    '/proc/7/fdinfo/10': flags('0200000'),
    '/dev/null': { stat: { kind: 'char' as const } },
    '/var/log/a.log': '',
    '/srv/odd (deleted)': '',
    '/srv/line\nbreak': '',
  }

  test('are told in order, with kinds, deletions and hostile names', async () => {
    const gaps = new Set<string>()
    expect(await readOpenFiles(memoryHost({ files }), process, gaps)).toEqual([
      { descriptor: 0, path: '/dev/null', kind: 'device', writable: true, deleted: false },
      { descriptor: 1, path: '/var/log/a.log', kind: 'file', writable: true, deleted: false },
      { descriptor: 2, path: '/tmp/gone', kind: 'file', writable: true, deleted: true },
      { descriptor: 3, path: '/srv/odd (deleted)', kind: 'file', writable: false, deleted: false },
      { descriptor: 4, path: 'socket:[99]', kind: 'socket', writable: true, deleted: false, inode: '99' },
      { descriptor: 5, path: '/srv/line\nbreak', kind: 'file', writable: true, deleted: false },
      { descriptor: 10, path: '/srv', kind: 'directory', writable: false, deleted: false },
    ])
    expect([...gaps]).toEqual([])
  })

  test('that may not be read are a gap, one sentence', async () => {
    const gaps = new Set<string>()
    const host = memoryHost({ files: { '/proc/7/fd': { error: 'EACCES' } } })
    expect(await readOpenFiles(host, process, gaps)).toEqual([])
    expect([...gaps]).toEqual(['/proc/7/fd could not be read: EACCES'])
  })
})
