import { cleanup } from 'ink-testing-library'
import { afterEach, describe, expect, it } from 'vitest'
import { FakeSession } from './fake-session.ts'
import { keep } from './phases.ts'
import { DOWN, ENTER, ESC, type Stand, stand } from './stand.tsx'

afterEach(cleanup)

const by = { by: 'sshd' }
const seenAgo = (ms: number) => ({ by: 'sshd', seen: { user: 'probe', at: Date.now() - ms } })

async function asked(session: FakeSession): Promise<Stand> {
  return stand(session)
}

describe('a way into the machine, no new login seen', () => {
  it('asks for one, and Enter does not keep', async () => {
    const session = new FakeSession(keep({ login: by }))
    const shown = await asked(session)
    expect(shown.frame()).toContain('Log in again now from another terminal')
    expect(shown.frame()).not.toMatch(/^. Keep it$/m)
    await shown.press(ENTER)
    expect(session.intents).toEqual([{ do: 'keep', yes: false }])
  })

  it('is kept when the person types so', async () => {
    const session = new FakeSession(keep({ login: by }))
    const shown = await asked(session)
    await shown.press(DOWN, ENTER)
    expect(shown.frame()).toContain('Type keep to keep it without a new login:')
    await shown.press(...'keep', ENTER)
    expect(session.intents).toEqual([{ do: 'keep', yes: true, withoutLogin: true }])
  })

  it('takes a y for the choice to insist, which still wants the word', async () => {
    const session = new FakeSession(keep({ login: by }))
    const shown = await asked(session)
    await shown.press('y')
    expect(session.intents).toEqual([])
    expect(shown.frame()).toContain('Type keep to keep it without a new login:')
    // A y is a letter here, and no second yes.
    await shown.press('y', ENTER)
    expect(session.intents).toEqual([])
    await shown.press('y', ...'keep', ENTER)
    expect(session.intents).toEqual([{ do: 'keep', yes: true, withoutLogin: true }])
  })

  it.each([
    ['yes', ENTER],
    ['keep', ESC],
  ])('is not kept by %j and %j', async (words, key) => {
    const session = new FakeSession(keep({ login: by }))
    const shown = await asked(session)
    await shown.press(DOWN, ENTER)
    await shown.press(...words, key)
    expect(session.intents).toEqual([])
    expect(shown.frame()).toContain('Roll back')
  })
})

it('may be kept once a new login was seen, and says whose', async () => {
  const session = new FakeSession(keep({ login: by }))
  const shown = await asked(session)
  await shown.press(DOWN)
  await shown.show({ phase: keep({ login: seenAgo(4000) }) })
  expect(shown.frame()).toMatch(/hardenctl saw probe log in [2-5] s ago/)
  // Meant for what stood there before.
  await shown.type(ENTER)
  expect(session.intents).toEqual([])
  await shown.press(ENTER)
  expect(session.intents).toEqual([{ do: 'keep', yes: true }])
})
