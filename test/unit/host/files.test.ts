import { execFileSync, spawn } from 'node:child_process'
import { lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { filesBelow, temporaryName } from '../../../src/host/files.ts'
import { HostError } from '../../../src/host/host.ts'
import { temporaryFolder } from './temporary.ts'

const here = filesBelow('')

describe('an atomic write', () => {
  it('leaves the text with exactly the mode that was asked for, and nothing beside it', async () => {
    const folder = temporaryFolder()
    await here.write(join(folder, 'a.conf'), 'one\n', 0o664)
    await here.write(join(folder, 'a.conf'), 'two\n', 0o600)
    expect(readFileSync(join(folder, 'a.conf'), 'utf8')).toBe('two\n')
    expect(lstatSync(join(folder, 'a.conf')).mode & 0o7777).toBe(0o600)
    expect(readdirSync(folder)).toEqual(['a.conf'])
  })

  it('does not write through a link, neither at the path nor planted at the temporary name', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'victim'), 'untouched')
    symlinkSync('victim', join(folder, 'a.conf'))
    symlinkSync('victim', temporaryName(join(folder, 'a.conf')))
    await here.write(join(folder, 'a.conf'), 'new', 0o644)
    expect(readFileSync(join(folder, 'victim'), 'utf8')).toBe('untouched')
    expect(lstatSync(join(folder, 'a.conf')).isFile()).toBe(true)
    expect(readdirSync(folder).sort()).toEqual(['a.conf', 'victim'])
  })

  it('takes the leftover of a killed write away', async () => {
    const folder = temporaryFolder()
    writeFileSync(temporaryName(join(folder, 'a.conf')), 'half a fi')
    await here.write(join(folder, 'a.conf'), 'whole', 0o644)
    expect(readdirSync(folder)).toEqual(['a.conf'])
  })

  it('leaves nothing when the folder is missing', async () => {
    const folder = temporaryFolder()
    const work = here.write(join(folder, 'missing', 'a.conf'), 'x', 0o644)
    await expect(work).rejects.toMatchObject({ name: 'HostError', code: 'ENOENT' })
    expect(readdirSync(folder)).toEqual([])
  })

  it('leaves nothing new and the old whole when the last step fails', async () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'a.conf'))
    writeFileSync(join(folder, 'a.conf', 'inside'), 'kept')
    await expect(here.write(join(folder, 'a.conf'), 'x', 0o644)).rejects.toBeInstanceOf(HostError)
    expect(readdirSync(folder)).toEqual(['a.conf'])
    expect(readFileSync(join(folder, 'a.conf', 'inside'), 'utf8')).toBe('kept')
  })

  it('refuses a file system that can’t be written to, with the path in the message', async () => {
    const work = here.write('/proc/self/a.conf', 'x', 0o644)
    await expect(work).rejects.toThrow(/^\/proc\/self\/a\.conf could not be written: /)
  })
})

describe('a pipe', () => {
  it('is not read, since its writer may never come', async () => {
    const pipe = join(temporaryFolder(), 'pipe')
    execFileSync('mkfifo', [pipe])
    expect(await here.read(pipe)).toBeUndefined()
    expect(await here.readBytes(pipe, 10)).toBeUndefined()
  })

  it('keeps what is in it, and its writer waits on', async () => {
    const folder = temporaryFolder()
    const pipe = join(folder, 'pipe')
    symlinkSync('pipe', join(folder, 'link'))
    execFileSync('mkfifo', [pipe])
    const writer = spawn('sh', ['-c', 'echo for another >"$1"', 'sh', pipe])
    const ended = new Promise((resolve) => writer.on('close', resolve))
    expect(await here.read(join(folder, 'link'))).toBeUndefined()
    expect(execFileSync('cat', [pipe], { encoding: 'utf8' })).toBe('for another\n')
    expect(await ended).toBe(0)
  })
})

describe('what is not there', () => {
  it('is undefined, empty or false, not an exception', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'file'), '')
    for (const path of [join(folder, 'missing'), join(folder, 'file', 'below')]) {
      expect(await here.read(path)).toBeUndefined()
      expect(await here.readBytes(path, 10)).toBeUndefined()
      expect(await here.list(path)).toEqual([])
      expect(await here.stat(path)).toBeUndefined()
      expect(await here.readlink(path)).toBeUndefined()
      expect(await here.resolve(path)).toBeUndefined()
      expect(await here.remove(path)).toBe(false)
    }
  })

  it('reads files of /proc, which have no size, and at most what was asked for', async () => {
    expect(await here.read('/proc/self/comm')).toMatch(/\S\n$/)
    expect((await here.readBytes('/proc/self/status', 5))?.length).toBe(5)
  })

  it('removes a link and an empty folder, but not a folder with something in it', async () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'full'))
    writeFileSync(join(folder, 'full', 'file'), '')
    symlinkSync('full', join(folder, 'link'))
    expect(await here.remove(join(folder, 'link'))).toBe(true)
    await expect(here.remove(join(folder, 'full'))).rejects.toThrow(/ENOTEMPTY/)
    expect(readdirSync(join(folder, 'full'))).toEqual(['file'])
  })
})

describe('below a root', () => {
  function machine() {
    const folder = temporaryFolder()
    const root = join(folder, 'root')
    mkdirSync(join(root, 'etc'), { recursive: true })
    mkdirSync(join(root, 'usr/lib'), { recursive: true })
    writeFileSync(join(root, 'etc/name'), 'inside')
    writeFileSync(join(folder, 'secret'), 'outside')
    symlinkSync('/usr/lib', join(root, 'lib'))
    symlinkSync('/etc/name', join(root, 'usr/lib/absolute'))
    symlinkSync('../../../../../../etc/name', join(root, 'usr/lib/upwards'))
    symlinkSync(join(folder, 'secret'), join(root, 'etc/escape'))
    symlinkSync(folder, join(root, 'out'))
    symlinkSync('loop', join(root, 'loop'))
    return { folder, root, files: filesBelow(root) }
  }

  it.each([
    ['/etc/name', '/etc/name'],
    ['/lib/absolute', '/etc/name'],
    ['/lib/upwards', '/etc/name'],
    ['/../../etc/name', '/etc/name'],
    ['/lib', '/usr/lib'],
    ['/', '/'],
    ['/etc/escape', undefined],
    ['/out/secret', undefined],
    ['/loop', undefined],
    ['/missing', undefined],
  ])('%s is %s, as a process chrooted there would see it', async (path, real) => {
    expect(await machine().files.resolve(path)).toBe(real)
  })

  it('reads through an absolute link inside the root', async () => {
    const { files } = machine()
    expect(await files.read('/lib/absolute')).toBe('inside')
    expect(await files.list('/lib')).toEqual(['absolute', 'upwards'])
    expect(await files.readlink('/lib/absolute')).toBe('/etc/name')
  })

  it('never reads outside, also where a link points at what only the caller’s own root has', async () => {
    const { files } = machine()
    expect(await files.read('/etc/escape')).toBeUndefined()
    expect(await files.readBytes('/out/secret', 100)).toBeUndefined()
    expect(await files.stat('/out/secret')).toBeUndefined()
    expect(await files.list('/out')).toEqual([])
  })

  it('never writes, makes or removes outside', async () => {
    const { folder, root, files } = machine()
    await expect(files.write('/out/new', 'x', 0o644)).rejects.toBeInstanceOf(HostError)
    await files.makeDirectory('/out/made/deep', 0o755).catch(() => undefined)
    expect(await files.remove('/out/secret')).toBe(false)
    expect(readdirSync(folder).sort()).toEqual(['root', 'secret'])
    await files.write('/lib/new', 'x', 0o644)
    expect(readFileSync(join(root, 'usr/lib/new'), 'utf8')).toBe('x')
  })

  it('makes a folder with its parents inside', async () => {
    const { root, files } = machine()
    await files.makeDirectory('/lib/a/b', 0o755)
    expect(lstatSync(join(root, 'usr/lib/a/b')).isDirectory()).toBe(true)
  })
})
