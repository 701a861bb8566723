import { afterEach, describe, expect, it } from 'vitest'
import { liveHost } from '../../../src/host/live-host.ts'
import { IS_ROOT } from './temporary.ts'

const host = liveHost()

afterEach(() => {
  delete process.env.HARDENCTL_SPY
  delete process.env.LD_AUDIT
})

describe('a program', () => {
  it('gets none of the caller’s variables: sudo’s caller chooses PATH, LD_PRELOAD and the locale', async () => {
    process.env.HARDENCTL_SPY = 'leaked'
    process.env.LD_AUDIT = '/nowhere/spy.so'
    const { stdout } = await host.run(['env'])
    const names = stdout
      .trim()
      .split('\n')
      .map((line) => line.split('=')[0])
    expect(names.sort()).toEqual(['LC_ALL', 'PATH', 'SYSTEMD_COLORS', 'SYSTEMD_PAGER'])
    expect(stdout).toContain('PATH=/usr/sbin:/usr/bin:/sbin:/bin\n')
  })

  it('gets the variables and the input that were meant for it', async () => {
    const result = await host.run(['sh', '-c', 'printf "%s " "$A"; cat'], { env: { A: 'b c' }, input: 'in' })
    expect(result).toMatchObject({ stdout: 'b c in', exitCode: 0, timedOut: false })
  })

  it('is found by the fixed PATH, not by the caller’s', async () => {
    const before = process.env.PATH
    process.env.PATH = '/nowhere'
    const result = await host.run(['sh', '-c', 'exit 3'])
    process.env.PATH = before
    expect(result.exitCode).toBe(3)
  })

  it('gets its arguments as they are: there is no shell', async () => {
    const { stdout } = await host.run(['printf', '%s|', '$(id)', 'a b', "'", '; true', 'line\nline'])
    expect(stdout).toBe("$(id)|a b|'|; true|line\nline|")
  })

  it('that fails, dies by a signal or is not there is a result', async () => {
    expect(await host.run(['false'])).toMatchObject({ exitCode: 1, timedOut: false })
    expect(await host.run(['sh', '-c', 'kill -9 $$'])).toMatchObject({
      exitCode: undefined,
      signal: 'SIGKILL',
    })
    const missing = await host.run(['hardenctl-no-such-program'])
    expect(missing.exitCode).toBeUndefined()
    expect(missing.stderr).toContain('ENOENT')
  })

  it('is killed at its time limit', async () => {
    const started = performance.now()
    const result = await host.run(['sleep', '20'], { timeoutMs: 200 })
    expect(result).toMatchObject({ timedOut: true, exitCode: undefined })
    expect(performance.now() - started).toBeLessThan(3000)
  })

  it('that left a child with its output open is over at its time limit all the same', async () => {
    const started = performance.now()
    const result = await host.run(['sh', '-c', 'sleep 8 & wait'], { timeoutMs: 200 })
    expect(result.timedOut).toBe(true)
    expect(performance.now() - started).toBeLessThan(3000)
  }, 15_000)
})

describe.skipIf(!IS_ROOT)('as another user (needs root)', () => {
  const nobody = { uid: 65534, gid: 65534 }

  it('is that user with no other group, no capability and no way to get one', async () => {
    const script =
      'id -u; id -g; id -G; grep -E "^(CapEff|CapPrm|CapInh|CapAmb|NoNewPrivs)" /proc/self/status'
    const { stdout } = await host.run(['sh', '-c', script], { as: nobody })
    const [uid, gid, groups, ...status] = stdout.trim().split('\n')
    expect([uid, gid, groups]).toEqual(['65534', '65534', '65534'])
    expect(status.filter((line) => line.startsWith('Cap')).every((line) => /\t0+$/.test(line))).toBe(true)
    expect(status).toContain('NoNewPrivs:\t1')
  })

  it('does not take an argument of the program for one of its own', async () => {
    const { stdout } = await host.run(['id', '-u'], { as: nobody })
    expect(stdout).toBe('65534\n')
  })
})
