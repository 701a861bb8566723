import { cleanup } from 'ink-testing-library'
import { afterEach, describe, expect, it } from 'vitest'
import { TypeAheadGuard } from '../../src/ui/input/type-ahead-guard.ts'
import { FakeSession } from './fake-session.ts'
import { confirm, keep, stage, trial } from './phases.ts'
import { CTRL_C, ENTER, ESC, stand, tick } from './stand.tsx'

afterEach(cleanup)

describe('keys that were meant for an earlier question', () => {
  it('do not apply', async () => {
    const session = new FakeSession(stage(), {}, (fake, intent) => {
      if (intent.do === 'review') fake.show(confirm)
    })
    const shown = await stand(session)
    await shown.press(`${ENTER}${ENTER}`)
    await shown.type(ENTER)
    expect(session.did()).toEqual(['review'])
    await shown.press(ENTER)
    expect(session.did()).toEqual(['review', 'apply'])
  })

  it('do not keep', async () => {
    const session = new FakeSession(trial())
    const shown = await stand(session)
    await shown.press(ENTER, '1', 'n', 'y', ESC)
    await shown.show({ phase: keep() })
    await shown.type(ENTER)
    await tick(300)
    await shown.type(`${ENTER}ny`)
    expect(session.intents).toEqual([])
    expect(shown.frame()).toContain('Keep it?')
    await shown.press(ENTER)
    expect(session.intents).toEqual([{ do: 'keep', yes: true }])
  })

  it('count again only after a pause', () => {
    let now = 0
    const gate = new TypeAheadGuard(() => now)
    gate.show('keep', 100)
    for (now = 50; now < 1000; now += 50) {
      expect(gate.admits('keep')).toBe(false)
      gate.pushBack()
    }
    now += 101
    expect(gate.admits('keep')).toBe(true)
    expect(gate.admits('failed')).toBe(false)
  })

  it('are offered in the footer only when they count', async () => {
    const shown = await stand(new FakeSession(keep()))
    expect(shown.frame()).not.toContain('Enter answer')
    await shown.press()
    expect(shown.frame()).toContain('Enter answer')
  })
})

describe('Ctrl-C', () => {
  it('is heard at any time, each time', async () => {
    const session = new FakeSession(trial())
    const shown = await stand(session)
    await shown.type(CTRL_C)
    await shown.show({ stopping: 'Removing the drop-in' })
    expect(shown.frame()).toContain('Removing the drop-in')
    expect(shown.frame()).not.toContain('Restart the service done')
    await shown.type(`x${CTRL_C}${ENTER}`)
    expect(session.did()).toEqual(['interrupt', 'interrupt'])
  })
})

describe('keep', () => {
  it('counts down in sight', async () => {
    const shown = await stand(new FakeSession(keep({ deadline: Date.now() + 30_000 })))
    expect(shown.frame()).toMatch(/hardenctl rolls back in 30 s/)
    await tick(1100)
    expect(shown.frame()).toMatch(/hardenctl rolls back in 2[89] s/)
  })

  it.each([ESC, 'n'])('rolls back with %j', async (key) => {
    const session = new FakeSession(keep())
    const shown = await stand(session)
    await shown.press(key)
    expect(session.intents).toEqual([{ do: 'keep', yes: false }])
  })

  it('takes no answer when the time is up', async () => {
    const session = new FakeSession(keep({ deadline: Date.now() - 1 }))
    const shown = await stand(session)
    expect(shown.frame()).toContain('hardenctl is rolling back')
    await shown.press(ENTER)
    expect(session.intents).toEqual([])
  })
})

describe('trial', () => {
  it('says when it undoes itself and how far it is', async () => {
    const { frame } = await stand(new FakeSession(trial()))
    expect(frame()).toMatch(/✔ Write the drop-in +done/)
    expect(frame()).toMatch(/▸ Restart the service +running 0 s/)
    expect(frame()).toMatch(/A timer undoes the change in 8[78] s, even if/)
  })
})

describe('history', () => {
  it('stands above the frame, in order and once', async () => {
    const session = new FakeSession(stage())
    const shown = await stand(session)
    session.remember({
      stage: 'capabilities',
      outcome: 'kept',
      before: 92,
      after: 81,
      kept: ['NoNewPrivileges=yes'],
    })
    await tick()
    session.remember({ stage: 'user', outcome: 'skipped', before: 81, after: 81, kept: [] })
    await tick()
    const lines = shown.lines().filter((line) => /^[✔·] \d/.test(line))
    expect(lines).toEqual([
      '✔ 1 Capabilities         9.2 → 8.1  kept 1 directive',
      '· 2 User switch          8.1        skipped',
    ])
    expect(shown.frame().indexOf('Capabilities')).toBeLessThan(shown.frame().indexOf('hardenctl'))
  })
})

describe('the end', () => {
  it('comes when the session says so, after the last state was drawn', async () => {
    const session = new FakeSession({ at: 'refused', reason: 'It is not running.', next: 'Start it.' })
    const shown = await stand(session)
    session.finish(1)
    await tick(60)
    expect(shown.left).toEqual([1])
    expect(shown.frame()).toContain('It is not running.')
  })
})
