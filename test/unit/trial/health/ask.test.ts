import { describe, expect, it } from 'vitest'
import type { Host, RunOptions, RunResult } from '../../../../src/host/host.ts'
import { SYSTEM_MANAGER } from '../../../../src/host/manager.ts'
import { userManager } from '../../../../src/host/user-host.ts'
import { answerTo } from '../../../../src/trial/health/ask.ts'
import { problemOf } from '../../../../src/trial/health/baseline.ts'
import { parseExercise } from '../../../../src/trial/health/check.ts'
import { didSomething, parseUsage } from '../../../../src/trial/health/touched.ts'

const PASSWD = 'app:x:997:996:App:/srv/app:/usr/sbin/nologin\n'

function hostOf(result: Partial<RunResult>) {
  const asked: RunOptions[] = []
  const host = {
    manager: SYSTEM_MANAGER,
    run: async (argv: string[], options: RunOptions = {}) => {
      const none = { argv, exitCode: 0, timedOut: false, stdout: '', stderr: '' }
      if (argv[0] === 'getent')
        return argv.at(-1) === 'app' ? { ...none, stdout: PASSWD } : { ...none, exitCode: 2 }
      asked.push(options)
      return { ...none, ...result }
    },
  } as unknown as Host
  return { host, asked }
}

describe('who plays an exercise', () => {
  it('is the user, where hardenctl has no other rights: nothing runs as another account', async () => {
    const { host, asked } = hostOf({})
    const ofUser = { ...host, manager: userManager(1000, '/home/ann', {}) }
    await answerTo(ofUser, parseExercise('x'), { SUDO_UID: '7', SUDO_GID: '7' })
    expect(asked.map(({ as }) => as)).toEqual([undefined])
  })

  it('nobody, who can gain nothing, unless an account is named', async () => {
    const { host, asked } = hostOf({})
    await answerTo(host, parseExercise('x'), {})
    expect(asked[0]?.as).toEqual({ uid: 65534, gid: 65534 })
  })

  it('a named account as in life, with its home', async () => {
    const { host, asked } = hostOf({})
    await answerTo(host, parseExercise('as=app x'), { SUDO_UID: '1000', SUDO_GID: '1000' })
    expect(asked[0]?.as).toEqual({ uid: 997, gid: 996, asInLife: true })
    expect(asked[0]?.env).toEqual({ HOME: '/srv/app', USER: 'app', LOGNAME: 'app' })
  })

  it('no other in place of one that is not there', async () => {
    const { host, asked } = hostOf({})
    const answered = await answerTo(host, parseExercise('as=gone x'), {})
    expect(answered).toEqual({ ok: false, answer: 'there is no account gone' })
    expect(asked).toEqual([])
  })
})

describe('what an exercise came to', () => {
  it.each([
    ['x', 0, true],
    ['x', 3, false],
    ['exit=3 x', 3, true],
    ['exit=3 x', 0, false],
  ])('%j that ended with %d', async (text, exitCode, ok) => {
    const { host } = hostOf({ exitCode })
    expect(await answerTo(host, parseExercise(text), {})).toMatchObject({ ok, answer: `exit ${exitCode}` })
  })

  it('shows its own last words, without what a terminal would obey, and as whom it ran', async () => {
    const { host } = hostOf({ exitCode: 1, stderr: 'first\nx: \u001b[31mrole nobody does not exist\n\n' })
    const problem = problemOf([await answerTo(host, parseExercise('x'), {})]) ?? ''
    expect(problem).toContain('as nobody')
    expect(problem).toContain('it said “x: role nobody does not exist”')
    expect(problem).toContain('--exercise-as')
  })

  it('says the time that it had', async () => {
    const { host } = hostOf({ timedOut: true })
    expect(problemOf([await answerTo(host, parseExercise('as=app x'), {})])).toContain(
      'no answer; it had 30 s; as app',
    )
  })
})

describe('whether a service noticed an exercise', () => {
  it.each([
    [{ ms: 1000, us: 0 }, { ms: 400, us: 0 }, false],
    [{ ms: 1000, us: 90 }, { ms: 400, us: 0 }, true],
    [{ ms: 1000, us: 240 }, { ms: 400, us: 100 }, false],
    [{ ms: 1000, us: 260 }, { ms: 400, us: 100 }, true],
  ])('%j against %j at rest', (during, idle, noticed) => expect(didSomething(during, idle)).toBe(noticed))

  it.each([
    ['usage_usec 1234\nuser_usec 1\n', 1234],
    ['nr_periods 0\n', undefined],
    [undefined, undefined],
  ])('cpu.stat %j', (text, usage) => expect(parseUsage(text)).toBe(usage))
})
