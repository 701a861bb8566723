import { describe, expect, it } from 'vitest'
import { fileInodes, socketFiles, whereItLeads } from '../../../../src/observe/proc/unix-path.ts'
import { memoryHost } from '../../observe/memory-host.ts'

const SS = [
  'u_str LISTEN 0      5      /run/ren/X.tmp 145076 * 0 <-> ino:977 dev:0/65024 peers:',
  'u_str LISTEN 0      4096   /run/a b 5 * 0 ino:9 dev:0/25 6 * 0 7 * 0 <-> ino:978 dev:0/26 peers:',
  'u_str LISTEN 0      4096   @abstract 8 * 0 <-> ',
].join('\n')

const socket = (inode: string) => ({ stat: { kind: 'socket', inode } }) as const
const host = (files: Parameters<typeof memoryHost>[0]['files'], ss = SS) =>
  memoryHost({ files, programs: { 'ss -xleH': ss } })
const leads = async (on: ReturnType<typeof host>, roots: string[]) =>
  whereItLeads(on, bound, roots, await socketFiles(on))
const bound = { address: '/run/ren/X.tmp', inode: '145076' }

describe('the file of a Unix socket', () => {
  it('is told by its inode, which stands last', () => {
    expect(Object.fromEntries(fileInodes(SS))).toMatchObject({ 145076: '977' })
    expect([...fileInodes('').keys()]).toEqual([])
  })

  it('is where it was made', async () => {
    const here = host({ '/run/ren/X.tmp': socket('977') })
    expect(await leads(here, [])).toEqual({ path: '/run/ren/X.tmp' })
  })

  it('is found where it was renamed to, whatever else lies there', async () => {
    const renamed = host({
      '/run/ren/A': socket('1'),
      '/run/ren/X': socket('977'),
      '/run/ren/X.pid': 'text',
    })
    expect(await leads(renamed, [])).toEqual({ path: '/run/ren/X' })
  })

  it('is not the one of somebody else who took its name', async () => {
    const taken = host({ '/run/ren/X.tmp': socket('55') })
    expect(await leads(taken, [])).toMatchObject({ why: expect.stringMatching(/removed/) })
  })

  it('is looked for below the root of who bound it', async () => {
    const inside = host({ '/srv/jail/run/ren/X.tmp': socket('977') })
    expect(await leads(inside, ['/srv/jail'])).toEqual({ path: '/srv/jail/run/ren/X.tmp' })
  })

  it('is where it was made when nothing tells inodes, else not asked', async () => {
    expect(await leads(host({ '/run/ren/X.tmp': socket('1') }, ''), [])).toEqual({
      path: '/run/ren/X.tmp',
    })
    expect(await leads(host({ '/run/ren/X': socket('1') }, ''), [])).toHaveProperty('why')
  })
})
