import { cleanup } from 'ink-testing-library'
import { afterEach, describe, expect, it } from 'vitest'
import type { Phase } from '../../src/session/walk/state.ts'
import { FakeSession } from './fake-session.ts'
import { confirm, failed, keep, stage, trial } from './phases.ts'
import { ENTER, stand } from './stand.tsx'

afterEach(cleanup)

const LIVE = /^LIVE SERVICE/m
const REHEARSAL = /^REHEARSAL in a clone/m

/** Screen, what it says on the live service, what it says of a clone. */
const CASES: [string, Phase, string, string][] = [
  [
    'trial',
    trial(),
    'hardenctl tries the change on the live service',
    'hardenctl tries the change in a clone; the live service is not touched',
  ],
  ['keep', keep(), 'The live service runs with the change', 'The service in the clone runs with the change'],
  [
    'failed',
    failed(),
    'The change broke the live service and was rolled back',
    'The change broke the service in the rehearsal; the live service was not touched',
  ],
]

describe.each([80, 60])('which machine is spoken of, at %i columns', (columns) => {
  it.each(CASES)('%s', async (_, phase, onLive, inClone) => {
    const size = { columns, rows: 24 }
    const words = (frame: string) => frame.replace(/\s+/g, ' ')
    const live = await stand(new FakeSession(phase), size)
    expect(live.frame()).toMatch(LIVE)
    expect(live.frame()).not.toMatch(REHEARSAL)
    expect(words(live.frame())).toContain(onLive)
    const clone = await stand(new FakeSession(phase, { target: 'rehearsal' }), size)
    expect(clone.frame()).toMatch(REHEARSAL)
    expect(clone.frame()).not.toContain('LIVE SERVICE')
    expect(words(clone.frame())).toContain(inClone)
    expect(words(clone.frame())).not.toContain(onLive)
  })

  it('confirm speaks of where it lands', async () => {
    const size = { columns, rows: 24 }
    // The session may still speak of the clone in which the last stage was proven.
    const live = await stand(new FakeSession({ ...confirm, stage: 'all' }, { target: 'rehearsal' }), size)
    expect(live.frame()).toMatch(LIVE)
    const clone = await stand(new FakeSession({ ...confirm, target: 'rehearsal' }), size)
    expect(clone.frame()).toMatch(REHEARSAL)
  })

  it('stage', async () => {
    const shown = await stand(new FakeSession(stage(), { target: 'rehearsal' }), { columns, rows: 24 })
    expect(shown.frame()).toMatch(REHEARSAL)
    expect(shown.frame()).not.toContain('LIVE')
    await shown.show({ target: 'live' })
    expect(shown.frame()).toMatch(LIVE)
  })
})

describe('an answer meant for the rehearsal', () => {
  it('is not one for the live service', async () => {
    const session = new FakeSession(keep(), { target: 'rehearsal' })
    const shown = await stand(session)
    await shown.press()
    await shown.show({ phase: keep(), target: 'live' })
    await shown.type(ENTER)
    expect(session.intents).toEqual([])
  })
})
