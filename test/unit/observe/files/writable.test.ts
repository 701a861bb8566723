import { expect, test } from 'vitest'
import type { OpenFile, ProcessFacts, SocketFacts, UnitFacts } from '../../../../src/observe/facts.ts'
import { findPidFiles } from '../../../../src/observe/files/pid-files.ts'
import { readWritable, settingPaths, withRotatedFiles } from '../../../../src/observe/files/writable.ts'
import { memoryHost } from '../memory-host.ts'

test('paths that settings name', () => {
  expect(
    settingPaths({
      RuntimeDirectory: ['nginx nginx/sub'],
      StateDirectory: ['app:link:ro'],
      LogsDirectory: [''],
      ReadWritePaths: ['-/srv/a +/srv/b'],
    }),
  ).toEqual(['/run/nginx', '/run/nginx/sub', '/var/lib/app', '/srv/a', '/srv/b'])
})

const open = (path: string, more: Partial<OpenFile> = {}): OpenFile => ({
  descriptor: 3,
  path,
  kind: 'file',
  writable: true,
  deleted: false,
  ...more,
})
const unit = (properties: Record<string, string[]>) => ({ properties }) as unknown as UnitFacts
const process = (openFiles: OpenFile[], ownNamespaces: string[] = []) =>
  ({ pid: 5, uid: { real: 33 }, root: '/', ownNamespaces, openFiles }) as unknown as ProcessFacts
const listening = (address: string, heldBySystemd = false) =>
  ({ family: 'AF_UNIX', state: 'listening', address, pids: [5], heldBySystemd }) as unknown as SocketFacts

const files = {
  '/var/log/a.log': { stat: { uid: 33, mode: 0o640 } },
  '/var/log/old.log': '',
  '/var/run': { link: '/run' },
  '/run/a/a.pid': '',
  '/run/a/a.sock': { stat: { kind: 'socket' as const } },
  '/run/forged': '',
  '/tmp/x': { stat: { inode: '1' } },
  '/proc/5/root/tmp/x': { stat: { inode: '2' } },
}

test('open files, the pid file and sockets with their folders; links followed', async () => {
  const held = [
    open('/var/log/a.log'),
    open('/var/log/a.log'),
    open('/var/log/old.log', { writable: false }),
    open('/tmp/gone', { deleted: true }),
    open('/proc/sys/x'),
    open('/dev/null', { kind: 'device' }),
  ]
  const sockets = [
    listening('/run/a/a.sock'),
    listening('/run/forged'),
    listening('@abstract'),
    listening('/run/b', true),
  ]
  const properties = { PIDFile: ['/var/run/a/a.pid'], RuntimeDirectory: ['missing'] }
  const found = await readWritable(
    memoryHost({ files }),
    unit(properties),
    [process(held)],
    sockets,
    new Set(),
  )
  expect(found.map(({ path, kind, from, by }) => [path, kind, from.join(), by.join()])).toEqual([
    ['/run', 'directory', 'listening', '33'],
    ['/run/a', 'directory', 'listening,pid-file', '33'],
    ['/run/a/a.pid', 'file', 'pid-file', ''],
    ['/run/a/a.sock', 'socket', 'listening', '33'],
    ['/var/log/a.log', 'file', 'open', '33'],
  ])
  expect(found.at(-1)).toMatchObject({ uid: 33, mode: 0o640 })
})

test("a file of the service's own /tmp is not the one that stands here", async () => {
  const own = process([open('/tmp/x')], ['mnt'])
  expect(await readWritable(memoryHost({ files }), unit({}), [own], [], new Set())).toEqual([])
})

test('rotated files are added, or marked where they are held', async () => {
  const held = await readWritable(
    memoryHost({ files }),
    unit({}),
    [process([open('/var/log/a.log')])],
    [],
    new Set(),
  )
  const logrotate = [{ matches: ['/var/log/a.log', '/var/log/old.log'] }] as never
  const found = await withRotatedFiles(memoryHost({ files }), held, logrotate, new Set())
  expect(found.map(({ path, from }) => [path, from.join()])).toEqual([
    ['/var/log/a.log', 'open,logrotate'],
    ['/var/log/old.log', 'logrotate'],
  ])
})

test('pid files of /run are found by what they hold, unless a stranger owns them', async () => {
  const host = memoryHost({
    files: {
      '/run/a.pid': '5\n',
      '/run/web/web.pid': ' 5',
      '/run/web/other.pid': '6',
      '/run/deep/er/a.pid': '5',
      '/run/loose.pid': { stat: { uid: 1000 } },
    },
  })
  expect(await findPidFiles(host, [process([])], new Set())).toEqual(['/run/a.pid', '/run/web/web.pid'])
  const strange = {
    ...host,
    stat: async (path: string) => ({ ...(await host.stat(path)), uid: 1000 }) as never,
  }
  expect(await findPidFiles(strange, [process([])], new Set())).toEqual([])
  expect(await findPidFiles(host, [], new Set())).toEqual([])
})
