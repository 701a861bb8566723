import { readFileSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { tellStack } from '../../../../src/cli/stack.ts'
import { Bug, ExpectedError, orElse, reasonOf } from '../../../../src/host/errors.ts'
import { type Host, HostError } from '../../../../src/host/host.ts'
import { SYSTEM_MANAGER } from '../../../../src/host/manager.ts'
import { printerTo } from '../../../../src/host/printer.ts'
import { reportBug } from '../../../../src/session/walk/bug-report.ts'

const bug = () => new TypeError('x is not a function')
const place = { unit: 'srv.service', doing: 'trial, stage system, step health' }

interface Written {
  path: string
  text: string
  mode: number
}

function machine(folder: { uid: number; mode: number } | undefined, trial = false) {
  const written: Written[] = []
  const host = {
    manager: SYSTEM_MANAGER,
    makeDirectory: async () => {
      if (folder === undefined) throw new HostError('read-only file system', 'EROFS')
    },
    stat: async (path: string) => {
      if (path === '/var/lib/hardenctl') return { kind: 'directory', ...folder }
      return trial && path.endsWith('-trial.conf') ? { kind: 'file' } : undefined
    },
    write: async (path: string, text: string, mode: number) => void written.push({ path, text, mode }),
    run: async () => ({ stdout: 'systemd 257 (257.9)' }),
  } as unknown as Host
  return { host, written }
}
const OWN = { uid: process.getuid?.() ?? 0, mode: 0o700 }

describe('the report of a bug', () => {
  it('is root’s alone, and names version, step, systemd and stack', async () => {
    const { host, written } = machine(OWN)
    const error = new Bug(bug(), { proven: true, lines: ['back'] })
    const { reason, next } = await reportBug(host, error, place)
    expect(reason).toBe('This is a bug in hardenctl, not in your service: TypeError: x is not a function')
    expect(next).toMatch(/^The change on trial is undone, and the service is proven to answer as before\./)
    const [file] = written
    expect(file?.mode).toBe(0o600)
    expect(file?.path).toMatch(/^\/var\/lib\/hardenctl\/bug-[\dTZ-]+\.txt$/)
    expect(next).toContain(file?.path)
    expect(file?.text).toMatch(/^hardenctl \S+, Node v\d+.*, systemd 257, Linux \d/)
    expect(file?.text).toContain('step health')
    expect(file?.text).toMatch(/TypeError: x is not a function\n {4}at /)
  })

  it.each([
    ['can’t be written', undefined],
    ['is somebody else’s', { uid: 4242, mode: 0o700 }],
    ['is writable by others', { ...OWN, mode: 0o777 }],
  ])('lies in a folder of its own where the state folder %s', async (_, folder) => {
    const { host, written } = machine(folder)
    const { next } = await reportBug(host, bug(), place)
    const path = /report it with (\S+),/.exec(next)?.[1] ?? ''
    expect(written).toEqual([])
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700)
    expect(readFileSync(path, 'utf8')).toContain('x is not a function')
    rmSync(dirname(path), { recursive: true })
  })

  it.each([
    ['nothing was on trial', bug(), false, /^Nothing is on trial, and the kept stages stay\./],
    ['a trial stands', bug(), true, /^A systemd timer undoes the change on trial/],
    [
      'the undo is not proven',
      new Bug(bug(), { proven: false, lines: ['it does not answer'] }),
      true,
      /^The change on trial is undone as far as possible: it does not answer\./,
    ],
  ])('says what stands where %s', async (_, error, trial, text) => {
    expect((await reportBug(machine(OWN, trial).host, error, place)).next).toMatch(text)
  })
})

describe('HARDENCTL_DEBUG', () => {
  const told = (env: Record<string, string>) => {
    const [out, err] = [new PassThrough(), new PassThrough()]
    tellStack(printerTo(out, err), new Bug(bug(), { proven: true, lines: [] }), env)
    return String(err.read() ?? '')
  }
  it('shows the stack and its cause at once, and nothing without it', () => {
    expect(told({ HARDENCTL_DEBUG: '1' })).toMatch(
      /\n {4}at .*\ncaused by TypeError: x is not a function\n {4}at /s,
    )
    expect(told({})).toBe('')
  })
})

describe('a catch that goes on', () => {
  const system = Object.assign(new Error('ENOSPC: no space left\nmore'), { code: 'ENOSPC', syscall: 'open' })
  it.each([new ExpectedError('it is so'), new HostError('it is so', 'EIO'), system])('takes %s', (error) => {
    expect(reasonOf(error)).toBe(error.message.split('\n')[0])
    expect(orElse(1)(error)).toBe(1)
  })
  it.each([bug(), new Error('plain'), 'text', new Bug(bug(), { proven: true, lines: [] })])(
    'throws %s on',
    (error) => {
      expect(() => orElse(1)(error)).toThrow()
    },
  )
})
