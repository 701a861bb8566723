import { PassThrough } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import type { Phase } from '../../src/session/walk/state.ts'
import { runPlainWizard } from '../../src/ui/plain/plain-wizard.ts'
import { widthOf } from '../../src/ui/text/lines.ts'
import { FakeSession } from './fake-session.ts'
import { baseline, confirm, examples, failed, keep, stage, trial } from './phases.ts'

/** Longer than the pause in which an answer to an unasked question does not count. */
const READING_MS = 520

const open: FakeSession[] = []

/** A session in a line mode of so many columns; what it wrote, and a way to type. */
function lineMode(session: FakeSession, { columns = 80, ascii = false } = {}) {
  open.push(session)
  const stdin = new PassThrough()
  let written = ''
  const stdout = { columns, write: (text: string) => (written += text) }
  const code = runPlainWizard(session, {
    stdin: stdin as unknown as NodeJS.ReadStream,
    stdout: stdout as unknown as NodeJS.WriteStream,
    ascii,
  })
  return {
    code,
    text: () => written,
    words: () => written.replaceAll(/\s+/g, ' '),
    forget: () => {
      written = ''
    },
    async type(text: string, waitMs = READING_MS) {
      await pause(waitMs)
      stdin.write(`${text}\n`)
      await pause(30)
    },
  }
}

afterEach(() => {
  for (const session of open.splice(0)) session.finish(0)
})

describe.each([80, 40])('a line mode of %i columns', (columns) => {
  const phases: Phase[] = [...Object.values(examples()), keep({ login: { by: 'sshd' } })]

  it.each(phases.map((phase) => [phase.at, phase] as const))(
    'tells %s in lines that fit, and moves no cursor',
    (_, phase) => {
      for (const ascii of [false, true]) {
        const shown = lineMode(new FakeSession(phase), { columns, ascii })
        expect(shown.text()).not.toMatch(/[\x00-\x09\x0b-\x1f]/)
        if (ascii) expect(shown.text()).toMatch(/^[\x20-\x7e\n]+$/)
        for (const line of shown.text().split('\n')) expect(widthOf(line)).toBeLessThan(columns)
      }
    },
  )
})

describe('a number', () => {
  it.each<[string, Phase, string, object]>([
    ['measures', baseline, '1', { do: 'measure' }],
    ['ticks a check', baseline, '12', { do: 'toggle-check', id: 'tcp' }],
    ['reviews', stage(), '1', { do: 'review' }],
    ['skips', stage(), '2', { do: 'skip-stage' }],
    ['applies', confirm, '1', { do: 'apply' }],
    ['goes back', confirm, '2', { do: 'back' }],
    ['keeps', keep(), '1', { do: 'keep', yes: true }],
    ['rolls back', keep(), '2', { do: 'keep', yes: false }],
    ['asks for more time', keep(), '3', { do: 'more-time' }],
    ['rolls back a way in', keep({ login: { by: 'sshd' } }), '1', { do: 'keep', yes: false }],
    ['relaxes', failed(), '1', { do: 'relax', ids: ['fchownat', 'setgroups'] }],
  ])('%s', async (_, phase, text, intent) => {
    const session = new FakeSession(phase)
    await lineMode(session).type(text)
    expect(session.intents).toEqual([intent])
  })

  it('opens a row with all that is known of it, and ticks it there', async () => {
    const session = new FakeSession(stage())
    const shown = lineMode(session)
    await shown.type('11')
    expect(shown.words()).toContain('Could break Writing anywhere else fails')
    await shown.type('2', 0)
    expect(session.intents).toEqual([{ do: 'toggle', id: 'row-ProtectSystem' }])
  })

  it('unticks a proposal first', async () => {
    const session = new FakeSession(failed())
    const shown = lineMode(session)
    await shown.type('11')
    await shown.type('1', 0)
    expect(session.intents).toEqual([{ do: 'relax', ids: ['setgroups'] }])
  })

  it('that stands for nothing answers nothing', async () => {
    const session = new FakeSession(keep())
    const shown = lineMode(session)
    await shown.type('9')
    await shown.type('y', 0)
    expect(session.intents).toEqual([])
    expect(shown.text()).toContain('Type one of the numbers')
  })

  it('typed before the question was there answers nothing', async () => {
    const session = new FakeSession(trial())
    const shown = lineMode(session)
    session.show(keep())
    await shown.type('1', 20)
    expect(session.intents).toEqual([])
    expect(shown.text()).toContain('That came before the question could be read.')
    await shown.type('1')
    expect(session.intents).toEqual([{ do: 'keep', yes: true }])
  })
})

it('keeps a way in without a login only by the word', async () => {
  const session = new FakeSession(keep({ login: { by: 'sshd' } }))
  const shown = lineMode(session)
  await shown.type('3')
  await shown.type('yes', 0)
  expect(session.intents).toEqual([])
  await shown.type('3', 0)
  await shown.type('keep', 0)
  expect(session.intents).toEqual([{ do: 'keep', yes: true, withoutLogin: true }])
})

it('says what happens once, and not all of it again', () => {
  const session = new FakeSession(trial())
  const shown = lineMode(session)
  shown.forget()
  const steps = trial().steps.map((step) => ({ ...step, state: 'done' as const }))
  session.show(trial({ steps }))
  session.show(trial({ steps }))
  expect(shown.text().match(/ok Restart the service/g)).toHaveLength(1)
  shown.forget()
  session.change({ target: 'rehearsal' })
  expect(shown.words()).toBe('hardenctl tries the change in a clone; the live service is not touched. ')
  session.show(stage())
  shown.forget()
  session.show(stage({ set: { state: 'proven' } }))
  expect(shown.text()).toBe('Together: proven in a clone: restart, reload, stop and start.\n')
})

it('ends with the last line', async () => {
  const session = new FakeSession(stage())
  const shown = lineMode(session)
  session.change({ parting: '1 stage is kept for apache2.' })
  session.finish(0)
  expect(await shown.code).toBe(0)
  expect(shown.text()).toMatch(/1 stage is kept for apache2\.\n$/)
})
