import { cleanup } from 'ink-testing-library'
import { afterEach, describe, expect, it } from 'vitest'
import type { Phase } from '../../src/session/walk/state.ts'
import { FakeSession } from './fake-session.ts'
import { learning, row, stage, trial } from './phases.ts'
import { ENTER, stand } from './stand.tsx'

afterEach(cleanup)

describe('learning from live traffic', () => {
  it('is offered where it can be had, and nowhere else', async () => {
    const offered = new FakeSession(stage({ stage: 'syscalls', learnable: true }))
    const shown = await stand(offered)
    await shown.press('l')
    expect(shown.frame()).toContain('l learn from live traffic')
    expect(offered.did()).toEqual(['learn'])
    cleanup()
    const other = new FakeSession(stage({ stage: 'syscalls' }))
    const without = await stand(other)
    await without.press('l')
    expect(without.frame()).not.toContain('live traffic')
    expect(other.intents).toEqual([])
  })

  it('counts what is new, says who did it, and for how long it looked', async () => {
    const { frame } = await stand(new FakeSession(learning()))
    expect(frame()).toContain('learning from live traffic')
    expect(frame()).toContain('LIVE SERVICE')
    expect(frame()).toMatch(/1:0[5-9] so far\./)
    expect(frame()).toContain('New so far: 1 system call, 1 kind of socket, 1 written file')
    expect(frame()).toContain('setpriority, called by php-fpm8.2')
    expect(frame()).toContain('writes /var/lib/app/uploads/report.pdf')
    expect(frame()).toContain('No sign that a record was lost.')
  })

  it('says when records were lost, and how much more there is than fits', async () => {
    const calls = Array.from({ length: 30 }, (_, at) => ({ name: `call_${at}`, by: 'srv' }))
    const { frame } = await stand(
      new FakeSession(learning({ lost: true, news: { ...learning().news, calls } })),
    )
    expect(frame()).toContain('The kernel dropped records')
    expect(frame()).toMatch(/and \d+ more/)
  })

  it('says when no calls are logged, and counts none', async () => {
    const { frame } = await stand(new FakeSession(learning({ noCalls: 'the log is not to be had' })))
    expect(frame()).toContain('No system calls are logged: the log is not to be had.')
    expect(frame()).toContain('New so far: 1 kind of socket')
  })

  it.each([ENTER, 'q'])('ends with a key', async (key) => {
    const session = new FakeSession(learning())
    const shown = await stand(session)
    await shown.press(key)
    expect(session.did()).toEqual(['end-learning'])
  })

  it('says on the stage what came of it', async () => {
    const came = 'Learned from live traffic for 7 s: nothing new.'
    const rows = [row('SystemCallFilter', '@system-service')]
    const shown = stage({ stage: 'syscalls', rows, learnedLive: came })
    const { frame } = await stand(new FakeSession(shown))
    expect(frame()).toContain(came)
  })

  it('is asked for on a screen of its own, which says where one is', async () => {
    const asked: Phase = {
      at: 'question',
      id: 'learn-live',
      text: ['It restarts twice.'],
      yes: 'Learn',
      no: 'No',
    }
    const session = new FakeSession(asked)
    const shown = await stand(session)
    expect(shown.lines()[1]).toContain('learning from live traffic')
    await shown.press(ENTER)
    expect(session.intents).toEqual([{ do: 'answer', yes: true }])
  })

  it('says what its two restarts are for', async () => {
    const shown = await stand(new FakeSession(trial({ stage: 'learning' })))
    const words = () => shown.frame().replace(/\s+/g, ' ')
    expect(words()).toContain('now allows and logs its new system calls')
    await shown.show({ phase: { at: 'trial', doing: 'finish', stage: 'learning', steps: [] } })
    expect(words()).toContain('restores the live service as it was before')
  })
})
