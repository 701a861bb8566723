import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { ComingSession } from '../../../../src/session/walk/coming-session.ts'
import { FakeSession } from '../../../ui/fake-session.ts'

const LOOKING = { at: 'looking', what: 'Looking at its files' } as const

it('is drawn before its code is loaded, and is the session from then on', async () => {
  let isLoaded = false
  const session = new FakeSession(LOOKING)
  const coming = new ComingSession('a.service', async () => {
    isLoaded = true
    return session
  })
  await turn()
  expect(coming.state()).toMatchObject({ unit: 'a.service', phase: { at: 'looking' } })
  expect(isLoaded).toBe(false)
  let changes = 0
  coming.subscribe(() => {
    changes += 1
  })
  expect(isLoaded).toBe(false)
  await turn()
  await turn()
  expect(coming.state()).toBe(session.state())
  expect(changes).toBe(1)
  session.change({ stopping: 'Undoing' })
  expect(changes).toBe(2)
  coming.send({ do: 'stop' })
  expect(session.did()).toEqual(['stop'])
  session.finish(130)
  expect(await coming.finished).toBe(130)
})

it('passes on an interrupt that came before, and no key that was meant for nothing', async () => {
  const session = new FakeSession(LOOKING)
  const coming = new ComingSession('a.service', async () => session)
  coming.send({ do: 'stop' })
  coming.send({ do: 'interrupt' })
  coming.subscribe(() => undefined)
  await turn()
  await turn()
  expect(session.did()).toEqual(['interrupt'])
})

it('fails as loading it fails', async () => {
  const coming = new ComingSession('a.service', () => Promise.reject(new Error('a part is missing')))
  coming.subscribe(() => undefined)
  await expect(coming.finished).rejects.toThrow('a part is missing')
})
