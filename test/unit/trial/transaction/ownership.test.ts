import { linkSync, lstatSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { service } from '../../../../src/catalog/common/proposal.ts'
import { filesBelow } from '../../../../src/host/files.ts'
import type { Host } from '../../../../src/host/host.ts'
import { liveHost } from '../../../../src/host/live-host.ts'
import {
  handOver,
  managedDirectories,
  planOwnership,
  recordOwnership,
} from '../../../../src/trial/transaction/ownership.ts'
import { IS_ROOT, temporaryFolder } from '../../host/temporary.ts'

const host = liveHost()
const ACCOUNTS = [
  { kind: 'user' as const, name: 'svc', id: 54321 },
  { kind: 'group' as const, name: 'adm', id: 54322 },
]
const wish = (path: string, more: { group?: string; mode?: number } = {}) => ({
  path,
  user: 'svc',
  why: '',
  ...more,
})

function tree() {
  const base = temporaryFolder()
  mkdirSync(join(base, 'log/deep'), { recursive: true })
  writeFileSync(join(base, 'log/a'), '')
  writeFileSync(join(base, 'log/deep/b'), '')
  writeFileSync(join(base, 'secret'), '')
  symlinkSync(join(base, 'secret'), join(base, 'log/link'))
  return base
}

describe('directories that systemd would hand over', () => {
  it.each([
    ['RuntimeDirectory', 'apache2 lock/apache2', ['/run/apache2', '/run/lock/apache2']],
    ['StateDirectory', 'x:alias y::ro', ['/var/lib/x', '/var/lib/y']],
    ['CacheDirectory', 'x', ['/var/cache/x']],
    ['LogsDirectory', ' x  y ', ['/var/log/x', '/var/log/y']],
    ['RuntimeDirectory', '', []],
    ['ReadWritePaths', '/srv', []],
  ])('%s=%s', (key, value, paths) => {
    expect(managedDirectories([service(key, value)])).toEqual(paths)
  })
})

describe('a record of owners', () => {
  it('has all below, a folder before what is in it, and neither links nor what they point to', async () => {
    const base = tree()
    const records = await recordOwnership(host, [wish(join(base, 'log'))], [])
    expect(records.map(({ path, kind }) => `${path.slice(base.length)} ${kind}`)).toEqual([
      '/log directory',
      '/log/a file',
      '/log/deep directory',
      '/log/deep/b file',
    ])
  })

  it('names the real path of a wish through a link, each once', async () => {
    const base = tree()
    symlinkSync('log', join(base, 'way'))
    const wishes = [wish(join(base, 'way/a')), wish(join(base, 'log/a'))]
    expect((await recordOwnership(host, wishes, [])).map(({ path }) => path)).toEqual([join(base, 'log/a')])
  })

  it('does not go into another file system', async () => {
    const records = await recordOwnership(host, [wish('/dev')], [])
    const device = lstatSync('/dev').dev
    expect(records.filter((one) => one.device !== String(device))).toEqual([])
  })

  it('stops at a tree that is too large to be given back', async () => {
    const names = Array.from({ length: 20_001 }, (_, index) => String(index))
    const stat = {
      kind: 'file' as const,
      uid: 0,
      gid: 0,
      mode: 0,
      size: 0,
      device: '1',
      inode: '1',
      links: 1,
    }
    const large: Host = {
      ...host,
      ...filesBelow(''),
      resolve: async (path) => path,
      list: async () => names,
      stat: async (path) => ({ ...stat, kind: path === '/big' ? 'directory' : 'file' }),
    }
    await expect(recordOwnership(large, [wish('/big'), wish('/more')], [])).rejects.toThrow(
      /more than 20000 files/,
    )
  })
})

describe('a plan', () => {
  it('keeps mode and group unless they are wished for, and leaves out what needs no change', async () => {
    const base = tree()
    const [a, deep] = [join(base, 'log/a'), join(base, 'log/deep')]
    const wishes = [wish(a), wish(deep, { group: 'adm', mode: 0o2750 }), wish(join(base, 'missing'))]
    const records = await recordOwnership(host, wishes, [])
    const { gid, mode } = lstatSync(a)
    const changes = await planOwnership(host, wishes, records, ACCOUNTS)
    expect(changes.map(({ after }) => after)).toEqual([
      { uid: 54321, gid, mode: mode & 0o7777 },
      { uid: 54321, gid: 54322, mode: 0o2750 },
    ])
    const there = records.map((record) => ({ ...record, uid: 54321 }))
    expect(await planOwnership(host, [wish(a)], there, ACCOUNTS)).toEqual([])
  })

  it('refuses an account that is not there, and a user for a group of the same name', async () => {
    const path = join(tree(), 'log/a')
    const records = await recordOwnership(host, [wish(path)], [])
    await expect(planOwnership(host, [wish(path)], records, [])).rejects.toThrow(/there is no user svc/)
    const twisted = planOwnership(host, [wish(path, { group: 'svc' })], records, ACCOUNTS)
    await expect(twisted).rejects.toThrow(/there is no group svc/)
  })
})

describe.skipIf(!IS_ROOT)('handing over (needs root)', () => {
  async function planned(...names: string[]) {
    const base = tree()
    const wishes = names.map((name) => wish(join(base, name)))
    return {
      base,
      changes: await planOwnership(host, wishes, await recordOwnership(host, wishes, []), ACCOUNTS),
    }
  }
  const uid = (...path: string[]) => lstatSync(join(...path)).uid

  it('changes what was planned, files before the folders that hold them', async () => {
    const { base, changes } = await planned('log', 'log/deep', 'log/deep/b')
    const order: string[] = []
    const watched: Host = {
      ...host,
      changeOwner: (path, ...rest) => {
        order.push(path.slice(base.length))
        return host.changeOwner(path, ...rest)
      },
    }
    await handOver(watched, changes)
    expect(order).toEqual(['/log/deep/b', '/log/deep', '/log'])
    expect([uid(base, 'log'), uid(base, 'log/deep/b'), uid(base, 'log/a')]).toEqual([54321, 54321, 0])
  })

  it.each<[string, (base: string) => void]>([
    ['a file that was replaced', (base) => renameSync(join(base, 'new'), join(base, 'log/a'))],
    ['a link in its place', (base) => renameSync(join(base, 'log/link'), join(base, 'log/a'))],
    [
      'a link for its folder',
      (base) => {
        renameSync(join(base, 'log'), join(base, 'aside'))
        symlinkSync('aside', join(base, 'log'))
      },
    ],
    ['a second name of it', (base) => linkSync(join(base, 'log/a'), join(base, 'second'))],
    ['nothing', (base) => renameSync(join(base, 'log/a'), join(base, 'aside'))],
  ])('refuses %s', async (_, swap) => {
    const { base, changes } = await planned('log/a')
    writeFileSync(join(base, 'new'), '')
    const [{ before } = { before: undefined }] = changes
    swap(base)
    await expect(handOver(host, changes)).rejects.toThrow()
    expect([uid(base, 'secret'), before?.uid]).toEqual([0, 0])
  })
})
