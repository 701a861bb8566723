import { cleanup } from 'ink-testing-library'
import { afterEach, describe, expect, it } from 'vitest'
import type { Phase } from '../../src/session/walk/state.ts'
import { FakeSession } from './fake-session.ts'
import { DOWN, ENTER, stand } from './stand.tsx'

afterEach(cleanup)

const companions: Phase = {
  at: 'question',
  id: 'companions',
  text: ['php8.2-fpm.service answers for apache2.service.', 'It is started in each clone too.'],
  yes: 'Start it in the clones',
  no: 'Leave it out',
}

describe('the question of companions', () => {
  it.each([
    ['Enter', [ENTER], true],
    ['Down and Enter', [DOWN, ENTER], false],
    ['y', ['y'], true],
    ['n', ['n'], false],
  ])('is answered with %s', async (_, keys, yes) => {
    const session = new FakeSession(companions)
    const shown = await stand(session, { columns: 60, rows: 20 })
    expect(shown.frame()).toContain('php8.2-fpm.service answers for apache2.service.')
    expect(shown.frame()).toContain('▸ Start it in the clones')
    await shown.press(...keys)
    expect(session.intents).toEqual([{ do: 'answer', yes }])
  })

  it('takes no key that was meant for another question', async () => {
    const session = new FakeSession({ ...companions, id: 'propagation' })
    const shown = await stand(session)
    await shown.press()
    await shown.show({ phase: companions })
    await shown.type('y')
    expect(session.intents).toEqual([])
  })
})
