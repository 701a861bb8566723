import { cleanup } from 'ink-testing-library'
import { afterEach, describe, expect, it } from 'vitest'
import type { Proof } from '../../src/session/walk/rows.ts'
import type { Phase } from '../../src/session/walk/state.ts'
import { FakeSession } from './fake-session.ts'
import { baseline, confirm, failed, keep, trial } from './phases.ts'
import { DOWN, ENTER, ESC, type Stand, stand, UP } from './stand.tsx'

afterEach(cleanup)

type ConfirmPhase = Extract<Phase, { at: 'confirm' }>

/** The words of a screen whatever its width. */
const words = (shown: Stand) => shown.frame().replace(/\s+/g, ' ')

describe('when the live service restarts', () => {
  it('is said before the first stage and changed with o', async () => {
    const session = new FakeSession({ ...baseline, restarts: 'each stage' }, {}, (fake, intent) => {
      if (intent.do === 'toggle-restarts') fake.show({ ...baseline, restarts: 'once' })
    })
    const shown = await stand(session)
    await shown.press(DOWN)
    expect(shown.frame()).toContain('The live service restarts after each stage.')
    expect(shown.frame()).toContain('o restart once, at the end')
    await shown.type('o')
    expect(session.intents).toEqual([{ do: 'toggle-restarts' }])
    expect(shown.frame()).toContain('The live service restarts once, at the end.')
    expect(shown.frame()).toContain('o restart after each stage')
    expect(shown.frame()).toContain('▸ [ ] connect to 127.0.0.1:443')
  })

  it('is no choice where no clone may be made', async () => {
    const session = new FakeSession(baseline)
    const shown = await stand(session)
    await shown.press('o')
    expect(session.intents).toEqual([])
    expect(shown.frame()).not.toMatch(/restart/)
    await shown.press('?')
    expect(shown.frame()).not.toContain('The key o')
  })

  it('is not changed by an o that is typed or comes while the checks are measured', async () => {
    const session = new FakeSession({ ...baseline, restarts: 'once' })
    const shown = await stand(session)
    await shown.press('a', 'foo', ESC)
    await shown.show({ phase: { ...baseline, restarts: 'once', measuring: true } })
    await shown.press('o')
    expect(session.intents).toEqual([])
  })

  it('is explained by the help', async () => {
    const shown = await stand(new FakeSession({ ...baseline, restarts: 'once' }), { columns: 60, rows: 24 })
    await shown.press('?')
    expect(words(shown)).toContain('The key o chooses when the live service restarts.')
  })
})

describe('what is about to happen', () => {
  const cases: [Partial<ConfirmPhase>, string, string][] = [
    [{ rehearsal: { state: 'none' } }, 'The live service restarts now.', 'Apply to the live service'],
    [
      { rehearsal: { state: 'proven' } },
      'Proven in a clone just now. The live service restarts now.',
      'Apply to the live service',
    ],
    [
      { rehearsal: { state: 'waiting' } },
      'hardenctl first waits for the proof in a clone; then the live service restarts.',
      'Apply to the live service',
    ],
    [
      { rehearsal: { state: 'proving' } },
      'hardenctl first waits for the proof in a clone; then the live service restarts.',
      'Apply to the live service',
    ],
    [
      { rehearsal: { state: 'breaks', reason: 'exit status 226' } },
      '! It broke in the rehearsal: exit status 226. Nothing is applied yet: the next screen shows why and asks again.',
      'Continue: see why it broke, and decide',
    ],
    [
      { rehearsal: { state: 'unprovable', reason: 'no namespaces here' } },
      'Not rehearsed: no namespaces here. The live service restarts now.',
      'Apply to the live service',
    ],
    [
      { target: 'rehearsal', rehearsal: { state: 'proven' } },
      'hardenctl applies it in the clone of this host; the live service restarts once, at the end.',
      'Apply in the clone',
    ],
    [
      { stage: 'all', waits: true, rehearsal: { state: 'proven' } },
      'Proven in a clone just now. The live unit is not started now: what is kept waits for its next start.',
      'Apply for its next start',
    ],
    [
      { stage: 'all', rehearsal: { state: 'proven' } },
      'All stages at once.',
      'Leave the live service as it is',
    ],
  ]

  describe.each([80, 60])('at %i columns', (columns) => {
    it.each(cases)('%o', async (over, sentence, choice) => {
      const shown = await stand(new FakeSession({ ...confirm, ...over }), { columns, rows: 24 })
      expect(words(shown)).toContain(sentence)
      expect(words(shown)).toContain(choice)
    })
  })

  it('claims nothing of clones where there are none, and no restart now where it lands in one', async () => {
    const live = await stand(new FakeSession(confirm))
    expect(live.frame()).not.toMatch(/clone|rehears/i)
    const clone = await stand(new FakeSession({ ...confirm, target: 'rehearsal' }))
    expect(words(clone)).not.toContain('restarts now')
  })

  it('may become proven under the fingers', async () => {
    const session = new FakeSession({ ...confirm, rehearsal: { state: 'proving' } })
    const shown = await stand(session)
    await shown.press(DOWN)
    await shown.show({ phase: { ...confirm, rehearsal: { state: 'proven' } } })
    await shown.type(ENTER)
    expect(session.did()).toEqual(['back'])
  })

  it('is asked anew when it turns out to break, without moving the choice', async () => {
    const session = new FakeSession({ ...confirm, rehearsal: { state: 'proving' } })
    const shown = await stand(session)
    await shown.press()
    const rehearsal: Proof = { state: 'breaks', reason: 'exit status 226' }
    await shown.show({ phase: { ...confirm, rehearsal } })
    await shown.type(ENTER)
    expect(session.intents).toEqual([])
    await shown.press(DOWN)
    await shown.show({ phase: { ...confirm, rehearsal: { state: 'proving' } } })
    await shown.show({ phase: { ...confirm, rehearsal } })
    expect(shown.frame()).toContain('▸ Back to the list')
    await shown.press(ENTER)
    expect(session.did()).toEqual(['back'])
  })
})

describe('all stages at once', () => {
  it.each<[string, Phase, RegExp]>([
    ['confirm', { ...confirm, stage: 'all' }, /All stages at once\./],
    ['trial', trial({ stage: 'all' }), /hardenctl tries the change of all stages on the live service\./],
    ['keep', keep({ stage: 'all' }), /runs with the change of all stages and is healthy\. Keep it\?/],
    ['failed', failed({ stage: 'all' }), /The change of all stages broke the live service/],
  ])('are named: %s', async (_, phase, sentence) => {
    const shown = await stand(new FakeSession(phase))
    expect(shown.lines().join('\n')).toContain('apache2.service · all stages at once')
    expect(words(shown)).toMatch(sentence)
    expect(words(shown)).not.toMatch(/stage \d|Skip this stage/)
  })
})

describe('what broke in the rehearsal', () => {
  it('may be tried on the live service, but not by one key too many', async () => {
    const session = new FakeSession(failed({ mayInsist: true }), { target: 'rehearsal' })
    const shown = await stand(session)
    expect(shown.frame()).toContain('▸ Relax the ticked rows and try again')
    await shown.press(DOWN.repeat(9), ENTER)
    expect(session.intents).toEqual([{ do: 'insist' }])
  })

  it('is tried there only when the session offers it', async () => {
    const session = new FakeSession(failed({ relaxations: [] }), { target: 'rehearsal' })
    const shown = await stand(session)
    expect(shown.frame()).not.toContain('Try it on the live service')
    await shown.press(DOWN.repeat(9), ENTER, UP)
    expect(session.intents).toEqual([{ do: 'stop' }])
  })
})
