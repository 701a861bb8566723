import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { HostError } from '../../../../src/host/host.ts'
import { Calls } from '../../../../src/session/stage/calls.ts'
import { askToKeep, laterDeadline, MOST_KEEP_SECONDS } from '../../../../src/session/stage/keep-question.ts'
import type { Intent } from '../../../../src/session/walk/intent.ts'
import { Questions } from '../../../../src/session/walk/questions.ts'
import type { WalkEvent } from '../../../../src/session/walk/reducer.ts'
import type { LoginProof, Phase } from '../../../../src/session/walk/state.ts'
import type { Login } from '../../../../src/systemd/log/logins.ts'

interface Asking {
  login?: LoginProof
  /** Says whether somebody logged in. */
  look?: () => Promise<Login | undefined>
  /** By the person; a text is what a second login says. */
  answers: (Intent | string)[]
  limitMs?: number
  postpone?: (seconds: number) => Promise<void>
}

const nobody = async () => undefined
const yes: Intent = { do: 'keep', yes: true }
const no: Intent = { do: 'keep', yes: false }
const more: Intent = { do: 'more-time' }

/** Asks, and answers as told. `heard` is what the second login was told. */
async function ask({ login, look = nobody, answers, limitMs = 1000, postpone = nobody }: Asking) {
  const shown: Phase[] = []
  const heard: string[] = []
  const phase = {
    at: 'keep' as const,
    stage: 'system' as const,
    deadline: Date.now() + limitMs,
    before: 9,
    after: 8,
    proof: [],
    ...(login && { login }),
  }
  const dispatch = (event: WalkEvent) => {
    if (event.type === 'phase') shown.push(event.phase)
  }
  const { signal } = new AbortController()
  const questions = new Questions({ signal, show: (now) => shown.push(now) })
  const calls = new Calls()
  const context = { ask: questions.ask, dispatch, signal }
  const answer = askToKeep(context, { phase, seconds: 30, calls, look, postpone })
  for (const said of answers) {
    await pause(50)
    if (typeof said === 'string') calls.hear({ text: said, answer: (line) => heard.push(line) })
    else questions.give(said)
  }
  const last = await answer
  const openUntil = Math.max(...shown.map((one) => (one.at === 'keep' ? one.deadline : 0)))
  return { answer: last, shown, heard, calls, gained: openUntil - phase.deadline }
}

describe('Keep?', () => {
  it('of any other service is answered by a yes', async () => {
    expect((await ask({ answers: [yes] })).answer).toEqual(yes)
  })

  it('of a way in lets a yes pass that no login went before', async () => {
    const { answer } = await ask({ login: { by: 'sshd' }, answers: [yes, yes], limitMs: 300 })
    expect(answer).toBeUndefined()
  })

  it('of a way in is answered at once by a no, and by who insists', async () => {
    expect((await ask({ login: { by: 'sshd' }, answers: [no] })).answer).toEqual(no)
    const insisted: Intent = { ...yes, withoutLogin: true }
    expect((await ask({ login: { by: 'sshd' }, answers: [insisted] })).answer).toEqual(insisted)
  })

  it('of a way in shows the login that was seen, and is answered by a yes then', async () => {
    const seen = { user: 'probe', at: 5 }
    const { answer, shown } = await ask({ login: { by: 'sshd' }, look: async () => seen, answers: [yes] })
    expect(answer).toEqual(yes)
    expect(shown.at(-1)).toMatchObject({ at: 'keep', login: { by: 'sshd', seen } })
  })

  it('takes what could not be looked at for no login', async () => {
    const look = () => Promise.reject(new HostError('no journal', 'EIO'))
    const { answer } = await ask({ login: { by: 'sshd' }, look, answers: [yes], limitMs: 300 })
    expect(answer).toBeUndefined()
  })
})

describe('more time', () => {
  it('is open only after PID 1 has a later time', async () => {
    const times: number[] = []
    const postpone = async (seconds: number) => void times.push(seconds)
    const { gained, answer } = await ask({ answers: [more, more, yes], postpone })
    expect(gained).toBe(60_000)
    expect(times).toEqual([31, 61])
    expect(answer).toEqual(yes)
  })

  it('is not given where PID 1 can’t give it: the first deadline holds, and the screen says why', async () => {
    const postpone = () => Promise.reject(new HostError('no room in /run', 'ENOSPC'))
    const { gained, answer, shown } = await ask({ answers: [more], limitMs: 300, postpone })
    expect([gained, answer]).toEqual([0, undefined])
    expect(shown.at(-1)).toMatchObject({ note: 'There is no more time: no room in /run.' })
  })

  it.each([
    ['as much as at first', 1000, 31_000],
    ['up to the most from now', MOST_KEEP_SECONDS * 1000 - 10_000, MOST_KEEP_SECONDS * 1000],
    ['none', MOST_KEEP_SECONDS * 1000, undefined],
  ])('is %s', (_, deadline, later) => {
    expect(laterDeadline(deadline, 0, 30)).toBe(later)
  })
})

describe('a second login', () => {
  it.each([
    ['confirm', yes],
    ['rollback', no],
  ])('that says %s answers', async (word, answer) => {
    expect((await ask({ answers: [word] })).answer).toEqual(answer)
  })

  it('gets more time, hears how much, and may still answer', async () => {
    const { answer, gained, heard } = await ask({ answers: ['extend', 'confirm'] })
    expect([answer, gained]).toEqual([yes, 30_000])
    expect(heard).toEqual(['ok There are 31 s now to answer; then the change is undone.'])
  })

  it('can’t keep a way in without a new login, which may have come just now', async () => {
    const login = { by: 'sshd' }
    const { answer, heard } = await ask({ login, answers: ['confirm'], limitMs: 300 })
    expect(answer).toBeUndefined()
    expect(heard).toEqual([expect.stringMatching(/^no Nobody has logged in since the change/)])
    const seen = { user: 'probe', at: 5 }
    const look = async () => (Date.now() > late ? seen : undefined)
    const late = Date.now() + 40
    expect((await ask({ login, look, answers: ['confirm'] })).answer).toEqual(yes)
  })

  it('hears in the end what came of it, once', async () => {
    const { calls, heard } = await ask({ answers: ['extend', 'confirm'] })
    calls.end(true, 'Kept: it runs.')
    calls.end(true, 'again')
    expect(heard.slice(1)).toEqual(['ok Kept: it runs.'])
  })

  it('that says what nobody knows is told so, and nothing is answered', async () => {
    const { answer, heard } = await ask({ answers: ['kep'], limitMs: 300 })
    expect(answer).toBeUndefined()
    expect(heard).toEqual(['no This hardenctl does not know that word.'])
  })
})
