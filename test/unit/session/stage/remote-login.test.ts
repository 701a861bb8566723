import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { HostError } from '../../../../src/host/host.ts'
import { askToKeep, nobodyLogsIn, secondsToKeep } from '../../../../src/session/stage/remote-login.ts'
import type { WalkOptions } from '../../../../src/session/walk/context.ts'
import { Questions } from '../../../../src/session/walk/questions.ts'
import type { WalkEvent } from '../../../../src/session/walk/reducer.ts'
import type { Intent, LoginProof, Phase } from '../../../../src/session/walk/state.ts'
import type { Login } from '../../../../src/systemd/log/logins.ts'
import { emptyFacts, listening, process } from '../../catalog/build-facts.ts'

const sshd = {
  ...emptyFacts(),
  processes: [process(7, 0, { executable: '/usr/sbin/sshd', name: 'sshd' })],
  sockets: [listening('AF_INET', '0.0.0.0', 22, [7])],
  pamServices: ['sshd'],
  sessionServices: ['sshd'],
}

/** Asks, and answers as told; `look` says whether somebody logged in. */
async function ask(
  login: LoginProof | undefined,
  look: () => Promise<Login | undefined>,
  answers: Intent[],
  limitMs = 1000,
) {
  const shown: Phase[] = []
  const phase = {
    at: 'keep' as const,
    stage: 'system' as const,
    deadline: Date.now() + limitMs,
    before: 9,
    after: 8,
    proof: [],
  }
  const dispatch = (event: WalkEvent) => {
    if (event.type === 'phase') shown.push(event.phase)
  }
  const { signal } = new AbortController()
  const questions = new Questions({ signal, show: (now) => shown.push(now) })
  const answer = askToKeep(
    { ask: questions.ask, dispatch, signal },
    login ? { ...phase, login } : phase,
    look,
  )
  for (const intent of answers) {
    await pause(50)
    questions.give(intent)
  }
  return { answer: await answer, shown }
}

const nobody = async () => undefined
const yes: Intent = { do: 'keep', yes: true }

describe('Keep?', () => {
  it('of any other service is answered by a yes', async () => {
    expect((await ask(undefined, nobody, [yes])).answer).toEqual(yes)
  })

  it('of a way in lets a yes pass that no login went before', async () => {
    const { answer } = await ask({ by: 'sshd' }, nobody, [yes, yes], 300)
    expect(answer).toBeUndefined()
  })

  it('of a way in is answered at once by a no, and by who insists', async () => {
    const no: Intent = { do: 'keep', yes: false }
    expect((await ask({ by: 'sshd' }, nobody, [no])).answer).toEqual(no)
    const insisted: Intent = { ...yes, withoutLogin: true }
    expect((await ask({ by: 'sshd' }, nobody, [insisted])).answer).toEqual(insisted)
  })

  it('of a way in shows the login that was seen, and is answered by a yes then', async () => {
    const seen = { user: 'probe', at: 5 }
    const { answer, shown } = await ask({ by: 'sshd' }, async () => seen, [yes])
    expect(answer).toEqual(yes)
    expect(shown.at(-1)).toMatchObject({ at: 'keep', login: { by: 'sshd', seen } })
  })

  it('takes what could not be looked at for no login', async () => {
    const { answer } = await ask(
      { by: 'sshd' },
      () => Promise.reject(new HostError('no journal', 'EIO')),
      [yes],
      300,
    )
    expect(answer).toBeUndefined()
  })
})

const options = (keepSeconds: number, exercises: string[]) =>
  ({ keepSeconds, exercises }) as unknown as WalkOptions

it.each([
  ['nobody there', 0, [], { by: 'sshd' }, /^not tried live: sshd .*--exercise/],
  ['an exercise', 0, ['/opt/use'], { by: 'sshd' }, undefined],
  ['a person', 30, [], { by: 'sshd' }, undefined],
  ['no way in', 0, [], undefined, undefined],
] as const)('whether a change is tried: %s', (_, seconds, exercises, login, why) => {
  const said = nobodyLogsIn({ options: options(seconds, [...exercises]) } as never, login)
  if (why === undefined) expect(said).toBeUndefined()
  else expect(said).toMatch(why)
})

it('gives more time where somebody has to log in', () => {
  expect(secondsToKeep(options(30, []), sshd)).toBe(120)
  expect(secondsToKeep(options(300, []), sshd)).toBe(300)
  expect(secondsToKeep(options(0, []), sshd)).toBe(0)
  expect(secondsToKeep(options(30, []), emptyFacts())).toBe(30)
})
